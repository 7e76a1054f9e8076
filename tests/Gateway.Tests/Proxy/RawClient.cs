using System.Net.Sockets;
using System.Text;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A bare connection to the gateway: what no HTTP client would send.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    /// <param name="gateway">Where.</param>
    /// <param name="receiveBuffer">How many bytes the system takes for one who does not read; <see langword="null"/> for what it takes by itself.</param>
    public static async Task<RawClient> ConnectAsync(Uri gateway, int? receiveBuffer = null)
    {
        var client = new RawClient();
        if (receiveBuffer is { } bytes)
        {
            client._client.ReceiveBufferSize = bytes;
        }

        client._client.NoDelay = true;
        await client._client.ConnectAsync(gateway.Host, gateway.Port, TestContext.Current.CancellationToken);
        client._stream = client._client.GetStream();
        return client;
    }

    /// <summary>Sends bytes, a Latin-1 character each.</summary>
    public async Task SendAsync(string text) =>
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>
    /// Reads up to the end of the connection; if nothing comes for <paramref name="quiet"/>, says first that this side sends no more. A
    /// server that neither answers nor closes then fails the test.
    /// </summary>
    public async Task<string> ReadToEndAsync(TimeSpan? quiet = null)
    {
        var all = new MemoryStream();
        try
        {
            if (quiet is { } time && !await EndsAsync(all, time))
            {
                _client.Client.Shutdown(SocketShutdown.Send);
            }

            Assert.True(await EndsAsync(all, Patience), $"The connection is left open after: {Encoding.Latin1.GetString(all.ToArray())}");
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Reset after the answer: what came is all there is
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    private async Task<bool> EndsAsync(MemoryStream all, TimeSpan time)
    {
        var buffer = new byte[4096];
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(time);
        try
        {
            while (await _stream.ReadAsync(buffer, bound.Token) is > 0 and var read)
            {
                await all.WriteAsync(buffer.AsMemory(0, read), bound.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
