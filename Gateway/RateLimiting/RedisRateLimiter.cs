using System.Diagnostics;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>
/// Decides in Redis, in one round trip on Redis' clock, so that all gateways together admit exactly the limit. If Redis does not
/// answer in time, requests pass: an outage of the limiter must not become an outage of the API.
/// </summary>
internal sealed partial class RedisRateLimiter(
    IConnectionMultiplexer redis,
    IOptions<RateLimitingOptions> options,
    RateLimitMetrics metrics,
    ILogger<RedisRateLimiter> logger)
{
    private static readonly string Script = ReadScript();

    private int _unavailable;

    public Task<RateLimitDecision> DecideAsync(string policyName, RateLimitPolicy policy, string partition) =>
        DecideAsync(policyName, policy, partition, options.Value.Timeout);

    /// <summary>Decides, or says after <paramref name="timeout"/> that nobody could be asked.</summary>
    public async Task<RateLimitDecision> DecideAsync(
        string policyName, RateLimitPolicy policy, string partition, TimeSpan timeout)
    {
        // The braces keep all of a client's keys in one slot of a Redis Cluster
        RedisKey key = $"{options.Value.KeyPrefix}:{{{partition}}}:{policyName}";
        var window = policy.Window.Ticks / TimeSpan.TicksPerMicrosecond;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = (long[])(await redis.GetDatabase()
                .ScriptEvaluateAsync(Script, [key], [policy.Limit, window, Guid.NewGuid().ToString("N")])
                .WaitAsync(timeout))!;
            Recovered();
            return new RateLimitDecision(
                answer[0] == 1 ? RateLimitOutcome.Allowed : RateLimitOutcome.Limited,
                (int)answer[1],
                TimeSpan.FromMicroseconds(answer[2]));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Failed(exception);
            return RateLimitDecision.Unavailable;
        }
        finally
        {
            metrics.RedisAnswered(Stopwatch.GetElapsedTime(started));
        }
    }

    // One line when it goes and one when it comes back; a line a request would bury everything else
    private void Failed(Exception exception)
    {
        if (Interlocked.Exchange(ref _unavailable, 1) == 0)
        {
            Log.Unavailable(logger, exception.Message);
        }
    }

    private void Recovered()
    {
        if (Volatile.Read(ref _unavailable) == 1 && Interlocked.Exchange(ref _unavailable, 0) == 1)
        {
            Log.Available(logger);
        }
    }

    private static string ReadScript()
    {
        using var stream = typeof(RedisRateLimiter).Assembly.GetManifestResourceStream(typeof(RedisRateLimiter), "SlidingWindow.lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Redis does not answer the rate limiter; requests pass uncounted until it does: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "Redis answers the rate limiter again; limits hold")]
        public static partial void Available(ILogger logger);
    }
}
