using ProdReady.Standalone.DataStores;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Measuring;

/// <summary>redis-server in a process of its own where it is installed, as in production; else Garnet in this one.</summary>
internal sealed class BenchRedis : IAsyncDisposable
{
    private readonly IAsyncDisposable[] _parts;

    private BenchRedis(string connectionString, params IAsyncDisposable[] parts) => (ConnectionString, _parts) = (connectionString, parts);

    public string ConnectionString { get; }

    public static async Task<BenchRedis> StartAsync()
    {
        if (Programs.Find("redis-server") is not { } server)
        {
            Console.WriteLine("  redis-server is not installed: measured with Garnet");
            var garnet = await EmbeddedRedis.StartAsync();
            return new(garnet.ConnectionString, garnet);
        }

        var port = PortLease.Take();
        var process = await ChildProcess.StartAsync(new()
        {
            Name = "redis",
            FileName = server,
            Arguments = ["--port", $"{port.Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()],
        });
        return new($"127.0.0.1:{port.Port}", process, port);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
    }
}
