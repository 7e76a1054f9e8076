using Microsoft.Extensions.Options;
using ZiggyCreatures.Caching.Fusion;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>Makes FusionCache's options of ours.</summary>
internal sealed class EntryPolicy(IOptions<CacheOptions> options, TimeProvider time)
{
    /// <summary>How long a stale value is served before its failed factory is tried again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Nothing but memory, and nothing stale: what a hit costs.</summary>
    public FusionCacheEntryOptions MemoryOnly { get; } = new() { SkipDistributedCacheRead = true };

    /// <summary>What memory still has, however old.</summary>
    public FusionCacheEntryOptions StaleMemory { get; } = new() { SkipDistributedCacheRead = true, AllowStaleOnReadOnly = true };

    /// <summary>Memory, then Redis.</summary>
    public FusionCacheEntryOptions Read { get; } = Make(options.Value, options.Value.DefaultTtl, options.Value.StaleFor);

    /// <summary>For setting an entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
    public FusionCacheEntryOptions For(in CacheEntryOptions entry)
    {
        var ttl = Ttl(entry);
        return Make(options.Value, ttl * (1 - (options.Value.Jitter * Random.Shared.NextDouble())), StaleFor(entry));
    }

    /// <summary>Until when an entry that is made now may be served, in ms since 1970; 0 if it must never be stale.</summary>
    public long StaleUntil(in CacheEntryOptions entry)
    {
        var staleFor = StaleFor(entry);
        return staleFor == TimeSpan.Zero ? 0 : (time.GetUtcNow() + Ttl(entry) + staleFor).ToUnixTimeMilliseconds();
    }

    /// <summary>Whether an entry whose time is over may still stand in.</summary>
    public bool MayStandIn<T>(CacheItem<T> item) => item.StaleUntil > time.GetUtcNow().ToUnixTimeMilliseconds();

    private static FusionCacheEntryOptions Make(CacheOptions settings, TimeSpan ttl, TimeSpan staleFor) => new(ttl)
    {
        Size = 1,
        IsFailSafeEnabled = staleFor > TimeSpan.Zero,
        FailSafeMaxDuration = ttl + staleFor,
        FailSafeThrottleDuration = RetryAfter < staleFor ? RetryAfter : staleFor,
        FactorySoftTimeout = settings.FactoryTimeout,
        AllowTimedOutFactoryBackgroundCompletion = true,
        // A caller that has its answer knows that the others will have it too; the level bounds its own waits
        AllowBackgroundDistributedCacheOperations = false,
        ReThrowDistributedCacheExceptions = false,
        // What another version of the program wrote is a miss
        ReThrowSerializationExceptions = false,
        // The level announces what it writes
        SkipBackplaneNotifications = true,
    };

    private TimeSpan Ttl(in CacheEntryOptions entry) =>
        InRange(entry.Ttl ?? options.Value.DefaultTtl, TimeSpan.FromMilliseconds(1), nameof(entry.Ttl));

    private TimeSpan StaleFor(in CacheEntryOptions entry) =>
        InRange(entry.StaleFor ?? options.Value.StaleFor, TimeSpan.Zero, nameof(entry.StaleFor));

    private static TimeSpan InRange(TimeSpan value, TimeSpan shortest, string name) =>
        value >= shortest && value <= CacheEntryOptions.Longest
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"It must be {shortest:c} to {CacheEntryOptions.Longest.Days} days.");
}
