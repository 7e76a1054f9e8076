namespace ProdReady.ServiceDefaults.Caching;

/// <summary>The cache's settings.</summary>
public sealed class CacheOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Cache";

    /// <summary>
    /// What its keys in Redis start with, 1 to 64 letters, digits, dots, colons, dashes or underscores. Services that share it share
    /// their entries, and hear each other's removals.
    /// </summary>
    public string KeyPrefix { get; set; } = "prodready:cache";

    /// <summary>How long an entry is fresh that does not say otherwise. 1 s to 30 days.</summary>
    public TimeSpan DefaultTtl { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after that it may stand in while its factory fails. 0 to 30 days.</summary>
    public TimeSpan StaleFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The part of a time to live that is cut off at random, so that entries do not end together. 0 to 0.5.</summary>
    public double Jitter { get; set; } = 0.1;

    /// <summary>How long an operation may wait for Redis before the cache goes on without. 10 ms to 2 s.</summary>
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a caller waits for a factory while a stale value is at hand. 10 ms to 60 s.</summary>
    public TimeSpan FactoryTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many entries this process keeps in memory. 100 to 10,000,000.</summary>
    public int MaxEntries { get; set; } = 100_000;
}
