using System.Diagnostics;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Stack;

/// <summary>A running service and its address.</summary>
internal sealed class ServiceProcess(ChildProcess process, string url, PortLease? port) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Without the environment's proxy, which knows another localhost.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };

    public ChildProcess Process => process;

    public string Url => url;

    /// <summary>Waits until <paramref name="path"/> answers 200.</summary>
    /// <exception cref="StackException">It ended, or the time is over.</exception>
    public async Task WaitUntilHealthyAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var address = new Uri(new Uri(url), path);
        while (!await AnswersAsync(address, cancellationToken))
        {
            if (process.Exited.IsCompleted)
            {
                throw Failure.Ended(process, await process.Exited);
            }

            if (Stopwatch.GetElapsedTime(started) > timeout)
            {
                throw Failure.NotHealthy(process, address, timeout);
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        if (port is not null)
        {
            await port.DisposeAsync();
        }
    }

    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (
            exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
