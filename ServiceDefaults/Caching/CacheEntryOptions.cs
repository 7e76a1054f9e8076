namespace ProdReady.ServiceDefaults.Caching;

/// <summary>How one entry is kept. <see langword="default"/> is what the settings say; a <see cref="TimeSpan"/> is a time to live.</summary>
public readonly record struct CacheEntryOptions
{
    /// <summary>The longest time to live, and the longest time to be stale.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>
    /// How long it is fresh, at most 30 days; up to <see cref="CacheOptions.Jitter"/> of it is cut off at random. Default:
    /// <see cref="CacheOptions.DefaultTtl"/>.
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>
    /// How long after that it may stand in while the factory fails or is slow, at most 30 days; zero for a value that must never be
    /// stale. Default: <see cref="CacheOptions.StaleFor"/>.
    /// </summary>
    public TimeSpan? StaleFor { get; init; }

    /// <summary>What <see cref="Cache.RemoveByTagAsync"/> finds it by.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>An entry that lives for <paramref name="ttl"/>.</summary>
    public static implicit operator CacheEntryOptions(TimeSpan ttl) => FromTimeSpan(ttl);

    /// <summary>An entry that lives for <paramref name="ttl"/>.</summary>
    public static CacheEntryOptions FromTimeSpan(TimeSpan ttl) => new() { Ttl = ttl };
}
