using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>An upstream that answers what no server would, a request a connection, which is closed then.</summary>
/// <param name="answer">Gets the connection and what came first on it, which holds the head of the request.</param>
internal sealed class RawUpstream(Func<Socket, string, Task> answer) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Task _serving = Task.CompletedTask;
    private int _requests;

    public string Url => $"http://{_listener.LocalEndpoint}";

    public int Requests => Volatile.Read(ref _requests);

    public RawUpstream Start()
    {
        _listener.Start();
        _serving = ServeAsync();
        return this;
    }

    /// <summary>Sends text, a Latin-1 character a byte.</summary>
    public static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Receives whatever comes next.</summary>
    public static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var socket = await _listener.AcceptSocketAsync();
            var request = await ReceiveAsync(socket);
            Interlocked.Increment(ref _requests);
            await answer(socket, request);
        }
    }
}
