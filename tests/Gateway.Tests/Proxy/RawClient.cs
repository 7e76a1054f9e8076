using System.Net.Sockets;
using System.Text;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A bare connection to the gateway: what no HTTP client would send.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public static async Task<RawClient> ConnectAsync(Uri gateway)
    {
        var client = new RawClient();
        client._client.NoDelay = true;
        await client._client.ConnectAsync(gateway.Host, gateway.Port, TestContext.Current.CancellationToken);
        client._stream = client._client.GetStream();
        return client;
    }

    /// <summary>Sends bytes, a Latin-1 character each.</summary>
    public async Task SendAsync(string text) =>
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>Says that nothing more comes, and reads everything up to the end of the connection.</summary>
    public async Task<string> ReadToEndAsync(bool close = true)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Patience);
        var all = new MemoryStream();
        try
        {
            if (close)
            {
                _client.Client.Shutdown(SocketShutdown.Send);
            }

            await _stream.CopyToAsync(all, bound.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Reset after the answer: what came is all there is
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
