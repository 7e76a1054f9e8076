using System.Net;
using System.Net.Sockets;

namespace ProdReady.Standalone.Processes;

/// <summary>
/// A free TCP port of this machine that no other stack takes until the lease is disposed or this process dies. Ports come from
/// below the range that the kernel hands out for outgoing connections, so that a busy machine does not take one between
/// the choice and the child's listen; a lock file per port keeps stacks and test runs apart.
/// </summary>
public sealed class PortLease : IAsyncDisposable
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private readonly FileLock _lock;

    private PortLease(int port, FileLock taken)
    {
        Port = port;
        _lock = taken;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Takes a free port.</summary>
    public static PortLease Take()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"prodready-ports-{Environment.UserName}");
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (FileLock.TryTake(Path.Combine(directory, $"{port}")) is { } taken)
            {
                if (IsFree(port))
                {
                    return new PortLease(port, taken);
                }

                taken.Dispose();
            }
        }
    }

    /// <summary>Whether nothing listens on <paramref name="port"/> of the loopback addresses.</summary>
    public static bool IsFree(int port) =>
        CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _lock.DisposeAsync();

    private static bool CanBind(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As Kestrel and Postgres bind: without this, connections in TIME_WAIT would make the port look taken
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // No such address on this machine (IPv6 switched off), hence nobody listens on it
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
