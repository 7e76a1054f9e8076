using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// The cache's way to Redis: bounded, never throwing, and closed from the first outage until <see cref="CacheWorker"/> has heard from
/// Redis again. So a frozen Redis costs the calls that are under way their bound once, and the ones after them nothing. A command that
/// Redis refuses for its own sake closes nothing: the next one may well succeed, and would only be kept from the others.
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
            CloseAfter(exception);
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
            CloseAfter(exception);
            throw;
        }
    }

    /// <summary>Whether Redis did not do what it was asked, or may not have.</summary>
    public static bool IsOutage(Exception exception) =>
        exception is RedisException or TimeoutException or ObjectDisposedException;

    /// <summary>
    /// Whether Redis is there and refused this one command. Not among them is what it would say to the next one as well: that it loads,
    /// is full, busy, read-only, without its primary or replicas, or does not know us.
    /// </summary>
    /// <remarks>The library calls everything an unknown command that begins with <c>ERR</c>, a script's own errors too.</remarks>
    private static bool IsRefusal(Exception exception) => exception is RedisServerException
    {
        Kind: RedisErrorKind.Unknown or RedisErrorKind.UnknownError or RedisErrorKind.UnknownCommand or RedisErrorKind.WrongType
            or RedisErrorKind.NoScript or RedisErrorKind.ExecAbort or RedisErrorKind.TryAgain or RedisErrorKind.CrossSlot
            or RedisErrorKind.Moved or RedisErrorKind.Ask or RedisErrorKind.UnknownRedirectTarget,
    };

    private void CloseAfter(Exception exception)
    {
        if (!IsRefusal(exception))
        {
            _isUsable = false;
        }
    }

    private Task<T> AskAsync<T>(Func<IDatabase, Task<T>> action) =>
        action(multiplexer.GetDatabase()).WaitAsync(options.Value.RedisTimeout);
}
