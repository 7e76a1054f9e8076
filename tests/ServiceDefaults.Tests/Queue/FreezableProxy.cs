using System.Net;
using System.Net.Sockets;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>
/// A way to a server that can freeze, as when the server's machine hangs: connections stay, new ones are taken, and no byte
/// goes through until it thaws.
/// </summary>
internal sealed class FreezableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private volatile TaskCompletionSource _open = Opened();

    public FreezableProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Freeze() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task AcceptAsync()
    {
        var stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(stop);
            _ = ServeAsync(client, stop);
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await _open.Task.WaitAsync(stop);
            await server.ConnectAsync(IPAddress.Loopback, _target, stop);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), stop), CopyAsync(server.GetStream(), client.GetStream(), stop));
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken stop)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, stop) is > 0 and var read)
        {
            await _open.Task.WaitAsync(stop);
            await to.WriteAsync(buffer.AsMemory(0, read), stop);
        }
    }
}
