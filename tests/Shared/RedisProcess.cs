using System.Net;
using System.Net.Sockets;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>A redis-server of its own that can be killed, frozen and started again on the same port.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly PortLease _port;
    private ChildProcess? _process;

    private RedisProcess(PortLease port) => _port = port;

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{_port.Port}";

    /// <summary>Starts one; skips the test where the program is missing.</summary>
    public static async Task<RedisProcess> StartAsync()
    {
        var redis = await CreateAsync();
        await redis.RestartAsync();
        return redis;
    }

    /// <summary>Takes a port on which nothing listens until <see cref="RestartAsync"/>.</summary>
    public static async Task<RedisProcess> CreateAsync()
    {
        Assert.SkipWhen(Programs.Find("redis-server") is null, "redis-server is not installed: nothing to kill or to freeze");
        return new RedisProcess(await PortLease.TakeAsync());
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
                "--port", $"{_port.Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath(),
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
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
            await _process.DisposeAsync();
        }

        await _port.DisposeAsync();
    }

    private async Task SignalAsync(string signal)
    {
        var (exitCode, output) = await Programs.RunAsync(
            new() { Name = "kill", FileName = Programs.Find("kill")!, Arguments = [signal, $"{_process!.Id}"] },
            TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port.Port, TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
