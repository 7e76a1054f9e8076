namespace ProdReady.Gateway.RateLimiting;

/// <summary>The limits that routes name by YARP's <c>RateLimiterPolicy</c> or <c>RequireRateLimiting</c>.</summary>
public sealed class RateLimitingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "RateLimiting";

    /// <summary>The policies by name.</summary>
    public Dictionary<string, RateLimitPolicy> Policies { get; set; } = [];

    /// <summary>What the counts' keys in Redis start with; gateways that share it share their counts.</summary>
    public string KeyPrefix { get; set; } = "prodready:limits";

    /// <summary>How long a decision may wait for Redis before the request passes uncounted. 10 ms to 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>
/// At most <see cref="Limit"/> requests of one client address in <em>any</em> window of the length <see cref="Window"/>.
/// </summary>
public sealed class RateLimitPolicy
{
    /// <summary>How many requests. 1 to 1,000,000.</summary>
    public int Limit { get; set; }

    /// <summary>In how long a time, in whole seconds. 1 s to 1 day.</summary>
    public TimeSpan Window { get; set; }
}
