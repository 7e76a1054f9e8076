using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.DataStores;

namespace ProdReady.Bench.Measuring;

/// <summary>A Postgres server of the benchmark's own, on which a commit is on the disk (fsync and synchronous_commit are on).</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private const string Database = "bench";

    private readonly string _directory;
    private readonly EmbeddedPostgres _server;

    private BenchDatabase(string directory, EmbeddedPostgres server)
    {
        _directory = directory;
        _server = server;
        ConnectionString = server.ConnectionString(Database);
        Source = NpgsqlDataSource.Create(ConnectionString);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>PostgreSQL's programs, in the server's version.</summary>
    public PostgresBinaries Binaries => _server.Binaries;

    public static async Task<BenchDatabase> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(Path.GetTempPath(), $"prodready-bench-{Guid.NewGuid():N}");
        var server = await EmbeddedPostgres.StartAsync(
            new() { Directory = Path.Combine(directory, "postgres"), Bin = Environment.GetEnvironmentVariable("POSTGRES_BIN") },
            cancellationToken);
        await server.CreateDatabaseAsync(Database, cancellationToken);
        return new BenchDatabase(directory, server);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>So that runs start alike, and none meets a checkpoint by chance.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => ExecuteAsync("CHECKPOINT", cancellationToken);

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
