using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>Limiters of several gateways, each on a connection of its own, that share their counts.</summary>
internal sealed class RedisLimiters(IReadOnlyList<IConnectionMultiplexer> connections, string prefix) : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    /// <summary>One limiter a gateway.</summary>
    public IReadOnlyList<RedisRateLimiter> All => field ??= [.. connections.Select(Create)];

    public static async Task<RedisLimiters> ConnectAsync(string redis, int count)
    {
        var connections = new List<IConnectionMultiplexer>();
        for (var connection = 0; connection < count; connection++)
        {
            connections.Add(await ConnectionMultiplexer.ConnectAsync(redis));
        }

        return new RedisLimiters(connections, DataStores.CreateRedisPrefix());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await _services.DisposeAsync();
    }

    private RedisRateLimiter Create(IConnectionMultiplexer redis) => new(
        redis,
        Options.Create(new RateLimitingOptions { KeyPrefix = prefix, Timeout = TimeSpan.FromSeconds(5) }),
        new RateLimitMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
        NullLogger<RedisRateLimiter>.Instance);
}
