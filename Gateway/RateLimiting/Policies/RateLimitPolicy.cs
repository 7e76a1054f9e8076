namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>A policy, ready to be applied.</summary>
internal sealed class RateLimitPolicy
{
    // Written together, so that a reader never joins one quota with another's text
    private volatile Item? _item;

    public required string Name { get; init; }

    /// <summary>How it counts.</summary>
    public required RateLimitAlgorithm Algorithm { get; init; }

    /// <summary>How much it admits, where the partition has no quota of its own.</summary>
    public required Quota Quota { get; init; }

    /// <summary>Who shares a count.</summary>
    public required Partitioner Partitioner { get; init; }

    /// <summary>What holds while Redis is away.</summary>
    public FailureMode FailureMode { get; init; }

    /// <summary>Whether it only watches.</summary>
    public bool IsShadow { get; init; }

    /// <summary>What one request takes.</summary>
    public int Cost { get; init; } = 1;

    /// <summary>An item of <c>RateLimit-Policy</c> as draft-ietf-httpapi-ratelimit-headers has it.</summary>
    public string ItemFor(Quota quota)
    {
        if (_item is not { } item || item.Quota != quota)
        {
            _item = item = new(quota, Describe(quota));
        }

        return item.Text;
    }

    private string Describe(Quota quota) => Algorithm == RateLimitAlgorithm.Concurrency
        ? $"\"{Name}\";q={quota.Limit};qu=\"concurrent-requests\""
        : $"\"{Name}\";q={quota.Limit};w={quota.WindowMicroseconds / 1_000_000}";

    private sealed record Item(Quota Quota, string Text);
}

/// <summary>How much a partition may do.</summary>
/// <param name="Limit">Requests.</param>
/// <param name="WindowMicroseconds">In how long a time, in microseconds.</param>
internal readonly record struct Quota(int Limit, long WindowMicroseconds)
{
    public Quota(int limit, TimeSpan window)
        : this(limit, window.Ticks / TimeSpan.TicksPerMicrosecond)
    {
    }

    public TimeSpan Window => TimeSpan.FromMicroseconds(WindowMicroseconds);
}

internal enum RateLimitAlgorithm
{
    /// <summary>In no window of the length are more than the limit admitted.</summary>
    Sliding,

    /// <summary>In none of the windows that follow one another on Redis' clock; up to twice the limit across their border.</summary>
    Fixed,

    /// <summary>A burst of the limit, and then as fast as the bucket fills: the limit in each window.</summary>
    TokenBucket,

    /// <summary>So many at a time.</summary>
    Concurrency,
}

internal enum FailureMode
{
    /// <summary>This gateway goes on by itself, from what it knows.</summary>
    Local,

    /// <summary>Requests pass uncounted.</summary>
    Open,

    /// <summary>Requests are refused with 503.</summary>
    Closed,
}
