using ProdReady.Standalone.DataStores;
using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>A Postgres server of its own that can be killed and stopped, and started again on the same port and data.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const string Database = "prodready";

    private readonly PortLease _port;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prodready-postgres-");
    private EmbeddedPostgres? _server;

    private PostgresProcess(PortLease port) => _port = port;

    /// <summary>For the services.</summary>
    public string ConnectionString => _server!.ConnectionString(Database);

    /// <summary>Its data. What is put in its place while it is down is what <see cref="RestartAsync"/> starts.</summary>
    public string DataDirectory => Path.Combine(_directory.FullName, "postgres", "data");

    /// <summary>Starts one.</summary>
    public static async Task<PostgresProcess> StartAsync()
    {
        var postgres = new PostgresProcess(PortLease.Take());
        // Its account, where the tests run as root, has to get to the data below
        File.SetUnixFileMode(postgres._directory.FullName, postgres._directory.UnixFileMode | UnixFileMode.OtherExecute);
        await postgres.RestartAsync();
        await postgres._server!.CreateDatabaseAsync(Database, TestContext.Current.CancellationToken);
        return postgres;
    }

    /// <summary>Starts it, and waits until it has recovered and takes connections.</summary>
    public async Task RestartAsync() => _server = await EmbeddedPostgres.StartAsync(
        new()
        {
            Directory = Path.Combine(_directory.FullName, "postgres"),
            Port = _port,
            Bin = Environment.GetEnvironmentVariable("POSTGRES_BIN") is { Length: > 0 } bin ? bin : null,
            // Else a commit would be in the memory of the server that is killed
            Durable = true,
        },
        TestContext.Current.CancellationToken);

    /// <summary>kill -9. Its sessions end as they notice; afterwards nothing of it is left.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_server!.Process.Id, Signal.Kill);
        // Also the sessions' end: they have the server's output
        await _server.Process.Exited;
    }

    /// <summary>Stops it as an operator does.</summary>
    public Task StopAsync() => _server!.Process.StopAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await KillAsync();
            await _server.DisposeAsync();
        }

        await _port.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
