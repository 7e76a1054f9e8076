using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ProdReady.Gateway.Proxy.OutputCaching;

/// <summary>Keeps answers in Redis. Without it every answer comes from the upstream: a cache that is away must not be an outage.</summary>
internal sealed partial class RedisAnswers(
    IConnectionMultiplexer redis, IOptions<OutputCachingOptions> options, ILogger<RedisAnswers> logger) : IOutputCacheStore
{
    private int _away;

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        await AskAsync(async database => (byte[]?)await database.StringGetAsync(Key(key)), cancellationToken);

    public async ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        await AskAsync(async database => await database.StringSetAsync(Key(key), value, validFor), cancellationToken);

    /// <summary>No policy gives tags: answers end by their time.</summary>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private RedisKey Key(string key) => $"{options.Value.KeyPrefix}:{key}";

    private async Task<T?> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await ask(redis.GetDatabase()).WaitAsync(options.Value.Timeout, cancellationToken);
            if (Volatile.Read(ref _away) == 1 && Interlocked.Exchange(ref _away, 0) == 1)
            {
                Log.Back(logger);
            }

            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            if (Interlocked.Exchange(ref _away, 1) == 0)
            {
                Log.Away(logger, exception.Message);
            }

            return default;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Redis does not answer the output cache; upstreams are asked until it does: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "Redis answers the output cache again")]
        public static partial void Back(ILogger logger);
    }
}
