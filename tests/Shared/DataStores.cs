using Npgsql;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Standalone.DataStores;
using ProdReady.Testing;

[assembly: AssemblyFixture(typeof(DataStores))]

namespace ProdReady.Testing;

/// <summary>
/// One Postgres and one Redis server for all tests of an assembly: embedded ones, or those of <c>TEST_POSTGRES</c> and
/// <c>TEST_REDIS</c>. A test class takes a database and a key prefix of its own, so that classes run side by side.
/// </summary>
public sealed class DataStores : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"prodready-tests-{Guid.NewGuid():N}");
    private EmbeddedPostgres? _postgres;
    private EmbeddedRedis? _redis;
    private readonly Lazy<Task<TestDatabase>> _shared;

    public DataStores() => _shared = new(CreateDatabaseAsync);

    /// <summary>For StackExchange.Redis.</summary>
    public string RedisConnectionString { get; private set; } = "";

    /// <summary>The folder of PostgreSQL's programs, in the server's version.</summary>
    public string PostgresBin => _postgres?.Binaries.Directory
        ?? (PostgresBinaries.TryFind(Setting("POSTGRES_BIN"), "pg_dump", out var binaries, out var error)
            ? binaries.Directory
            : throw new InvalidOperationException(error));

    /// <summary>A prefix for Redis keys that no other test uses.</summary>
    public static string CreateRedisPrefix() => $"test:{Guid.NewGuid():N}:";

    public async ValueTask InitializeAsync()
    {
        if (Setting("TEST_REDIS") is { } redis)
        {
            RedisConnectionString = redis;
        }
        else
        {
            _redis = await EmbeddedRedis.StartAsync();
            RedisConnectionString = _redis.ConnectionString;
        }

        if (Setting("TEST_POSTGRES") is null)
        {
            _postgres = await EmbeddedPostgres.StartAsync(
                new() { Directory = Path.Combine(_directory, "postgres"), Durable = false, Bin = Setting("POSTGRES_BIN") },
                TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Creates an empty database.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        var server = ConnectionString("postgres");
        await TestDatabase.ExecuteAsync(server, $"CREATE DATABASE {name}");
        return new TestDatabase(name, ConnectionString(name), server);
    }

    /// <summary>A database for all who only need one to start, and do not look into it.</summary>
    public Task<TestDatabase> SharedDatabaseAsync() => _shared.Value;

    public async ValueTask DisposeAsync()
    {
        if (_shared.IsValueCreated)
        {
            await (await _shared.Value).DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private string ConnectionString(string database) =>
        _postgres?.ConnectionString(database)
        ?? new NpgsqlConnectionStringBuilder(Setting("TEST_POSTGRES")) { Database = database }.ConnectionString;
}
