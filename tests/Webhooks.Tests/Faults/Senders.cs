using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ProdReady.Webhooks.Tests.Faults;

/// <summary>Providers on 64 connections, who repeat an event until it gets a 2xx, with a signature made anew each time.</summary>
internal sealed class Senders(Uri service, IEnumerable<string> events) : IDisposable
{
    private const int Connections = 64;

    /// <summary>Of somebody whose event was refused. Real senders wait for minutes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections })
    {
        BaseAddress = service,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private readonly ConcurrentQueue<string> _left = new(events);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _awaited = new();
    private int _acknowledged;
    private int _repeated;

    /// <summary>How many have got their 2xx.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>How many requests ended otherwise, and were sent again.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    /// <summary>Until so many have got their 2xx: just then, while the others are under way.</summary>
    public Task AcknowledgedAsync(int count)
    {
        var awaited = _awaited.GetOrAdd(count, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Acknowledged >= count)
        {
            awaited.TrySetResult();
        }

        return awaited.Task;
    }

    /// <summary>Until all have their 2xx.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => SendAllAsync(cancellationToken), cancellationToken)));

    public void Dispose() => _http.Dispose();

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        while (_left.TryDequeue(out var body))
        {
            while (!await TrySendAsync(body, cancellationToken))
            {
                Interlocked.Increment(ref _repeated);
                await Task.Delay(Pause, cancellationToken);
            }

            if (_awaited.TryGetValue(Interlocked.Increment(ref _acknowledged), out var awaited))
            {
                awaited.TrySetResult();
            }
        }
    }

    private async Task<bool> TrySendAsync(string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "webhooks/stripe")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", WebhooksApp.Sign(body));
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return true;
            }

            // Our fault, and never the sender's
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            return false;
        }
        // The service is dead, or dies over the answer
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
