using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Local;

/// <summary>
/// Counts one partition in this process, as the script in Redis does for all: the limiter while Redis is away. Times are microseconds on
/// this process' monotonic clock. Not safe for concurrent use.
/// </summary>
internal abstract class LocalCounter
{
    public static LocalCounter Create(RateLimitAlgorithm algorithm, Quota quota) => algorithm switch
    {
        RateLimitAlgorithm.Sliding => new SlidingCounter(quota),
        RateLimitAlgorithm.Fixed => new FixedCounter(quota),
        RateLimitAlgorithm.TokenBucket => new BucketCounter(quota),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "It needs no counter: the requests that run are known"),
    };

    /// <summary>How many more fit now.</summary>
    public abstract int Left(long now);

    /// <summary>Counts so many, also past the limit.</summary>
    public abstract void Take(int amount, long now);

    /// <summary>Microseconds until <paramref name="amount"/> fit, if they do not now; else until more fit than do now.</summary>
    public abstract long Reset(int amount, long now);
}
