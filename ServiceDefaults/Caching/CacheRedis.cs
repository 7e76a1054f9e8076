using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// The cache's way to Redis: bounded, never throwing, and closed from the first failure until <see cref="CacheWorker"/> has heard from
/// Redis again. So a frozen Redis costs the calls that are under way their bound once, and the ones after them nothing.
/// </summary>
internal sealed class CacheRedis(IConnectionMultiplexer multiplexer, IOptions<CacheOptions> options, CacheMetrics metrics)
{
    private volatile bool _isUsable = true;

    public CacheKeys Keys { get; } = new(options.Value.KeyPrefix);

    /// <summary>This process among all that share the cache.</summary>
    public string Node { get; } = Guid.NewGuid().ToString("N")[..12];

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public bool IsUsable => _isUsable;

    /// <summary>Runs <paramref name="action"/> if Redis is thought to be usable.</summary>
    /// <returns>Whether it was done; if not, it still may have been, where only the answer did not come in time.</returns>
    public async ValueTask<(bool Done, T? Answer)> TryAsync<T>(Func<IDatabase, Task<T>> action)
    {
        if (!_isUsable)
        {
            return default;
        }

        try
        {
            return (true, await AskAsync(action));
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            metrics.RedisFailed();
            _isUsable = false;
            return default;
        }
    }

    /// <summary>Runs <paramref name="action"/> within the bound, whatever happened before; its success reopens the way.</summary>
    /// <exception cref="Exception"><see cref="IsOutage"/>: Redis failed, or did not answer in time.</exception>
    public async Task<T> ProbeAsync<T>(Func<IDatabase, Task<T>> action)
    {
        try
        {
            var answer = await AskAsync(action);
            _isUsable = true;
            return answer;
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            _isUsable = false;
            throw;
        }
    }

    public static bool IsOutage(Exception exception) =>
        exception is RedisException or TimeoutException or ObjectDisposedException;

    private Task<T> AskAsync<T>(Func<IDatabase, Task<T>> action) =>
        action(multiplexer.GetDatabase()).WaitAsync(options.Value.RedisTimeout);
}
