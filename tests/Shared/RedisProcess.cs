using System.Net;
using System.Net.Sockets;
using System.Text;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>A redis-server of its own that can be killed, frozen and started again on the same port.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly PortLease _port;
    private readonly PortLease? _busPort;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prodready-redis-");
    private ChildProcess? _process;

    private RedisProcess(PortLease port, PortLease? busPort) => (_port, _busPort) = (port, busPort);

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{_port.Port}";

    /// <summary>Starts one; skips the test where the program is missing.</summary>
    public static async Task<RedisProcess> StartAsync()
    {
        var redis = await CreateAsync();
        await redis.RestartAsync();
        return redis;
    }

    /// <summary>Starts a Redis Cluster of one node: it holds all slots, and refuses scripts whose keys lie in several of them.</summary>
    public static async Task<RedisProcess> StartClusterAsync()
    {
        var redis = await CreateAsync(isCluster: true);
        await redis.RestartAsync();
        Assert.Equal("+OK\r\n", await redis.SendAsync("CLUSTER ADDSLOTSRANGE 0 16383", 5));
        await Eventually.ReadAsync(() => redis.SendAsync("SET slot taken", 5), answer => answer == "+OK\r\n");
        return redis;
    }

    /// <summary>Takes a port on which nothing listens until <see cref="RestartAsync"/>.</summary>
    /// <param name="isCluster">Whether it is a node of a cluster.</param>
    public static async Task<RedisProcess> CreateAsync(bool isCluster = false)
    {
        Assert.SkipWhen(Programs.Find("redis-server") is null, "redis-server is not installed: nothing to kill or to freeze");
        // Its nodes' own port is 10,000 above the other one unless it is told, where anybody may listen
        return new RedisProcess(PortLease.Take(), isCluster ? PortLease.Take() : null);
    }

    /// <summary>Starts it, empty, and waits until it answers.</summary>
    public async Task RestartAsync()
    {
        _process = await ChildProcess.StartAsync(new()
        {
            Name = "redis",
            FileName = Programs.Find("redis-server")!,
            Arguments =
            [
                "--port", $"{_port.Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory.FullName,
                .. _busPort is null
                    ? Array.Empty<string>()
                    : ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", "--cluster-port", $"{_busPort.Port}"],
            ],
        });
        await Eventually.ReadAsync(AnswersAsync, answers => answers);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process!.Id, Signal.Kill);
        await _process.Exited;
    }

    /// <summary>Stops it where it stands: its connections stay open, and nothing is answered.</summary>
    public Task FreezeAsync() => Freezer.FreezeAsync(_process!.Id);

    public Task ThawAsync() => Freezer.ThawAsync(_process!.Id);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
            await _process.DisposeAsync();
        }

        await _port.DisposeAsync();
        if (_busPort is not null)
        {
            await _busPort.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await SendAsync("PING", 7) == "+PONG\r\n";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>Sends a command, and reads an answer of so many bytes.</summary>
    private async Task<string> SendAsync(string command, int length)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), TestContext.Current.CancellationToken);
        var answer = new byte[length];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(answer);
    }
}
