using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.DataStores;

/// <summary>A stack's Postgres, with its database, and its Redis.</summary>
internal sealed class EmbeddedDataStores : IAsyncDisposable
{
    private readonly EmbeddedRedis _redis;
    private readonly EmbeddedPostgres _postgres;

    private EmbeddedDataStores(EmbeddedRedis redis, EmbeddedPostgres postgres)
    {
        _redis = redis;
        _postgres = postgres;
    }

    /// <summary>Postgres' process; Redis is in this one.</summary>
    public ChildProcess Process => _postgres.Process;

    public DataStoreAddresses Addresses => new(_postgres.ConnectionString("prodready"), _redis.ConnectionString);

    /// <summary>Starts both, and waits until they take connections.</summary>
    /// <exception cref="StackException">One of them cannot.</exception>
    public static async Task<EmbeddedDataStores> StartAsync(StandaloneOptions options, CancellationToken cancellationToken)
    {
        var redis = await EmbeddedRedis.StartAsync();
        EmbeddedPostgres? postgres = null;
        try
        {
            postgres = await EmbeddedPostgres.StartAsync(
                new()
                {
                    Directory = Path.Combine(options.StateDirectory, "postgres"),
                    Bin = options.Environment.GetValueOrDefault("POSTGRES_BIN"),
                    Durable = options.Durable,
                    Environment = StackEnvironment.ForAll(options.StateDirectory),
                    Output = options.Output,
                },
                cancellationToken);
            await postgres.CreateDatabaseAsync("prodready", cancellationToken);
            return new(redis, postgres);
        }
        catch
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            await redis.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
