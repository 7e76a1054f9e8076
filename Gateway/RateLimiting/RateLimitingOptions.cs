using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>The limits that routes name by YARP's <c>RateLimiterPolicy</c> and endpoints by <c>RequireRateLimiting</c>.</summary>
/// <remarks>All of them can be changed while the gateway runs, but for <see cref="KeyPrefix"/>.</remarks>
public sealed class RateLimitingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "RateLimiting";

    /// <summary>The policies by name: what holds for each partition of the requests that name one.</summary>
    public Dictionary<string, RateLimitPolicyOptions> Policies { get; set; } = [];

    /// <summary>What keys on a plan may do, by the plan's name; for policies that are partitioned by <c>api-key</c>.</summary>
    public Dictionary<string, PlanOptions> Plans { get; set; } = [];

    /// <summary>
    /// What the counts' keys in Redis start with; gateways that share it share their counts. It is their hash tag too, so that one script can
    /// count a request under all of its policies: on a Redis Cluster the counts live on one shard.
    /// </summary>
    public string KeyPrefix { get; set; } = "prodready:limits";

    /// <summary>How long a decision may wait for Redis before the policies' failure modes hold. 5 ms to 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The share of each limit that this gateway admits by itself while Redis is away. Above 0, up to 1. With n gateways behind a balancer,
    /// 1/n keeps the limit; 1 never refuses a caller whom the limit would admit.
    /// </summary>
    public double LocalShare { get; set; } = 1;

    /// <summary>Whether responses carry <c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c> of the tightest policy too.</summary>
    public bool LegacyHeaders { get; set; }

    /// <summary>
    /// How many partitions a gateway remembers at most; the ones idle the longest go first. What it admitted while Redis is away stays
    /// besides, until Redis has been told or a window has passed. 1,000 to 10,000,000.
    /// </summary>
    public int MaxPartitions { get; set; } = 200_000;
}

/// <summary>What holds for each partition of the requests that name the policy.</summary>
public sealed class RateLimitPolicyOptions
{
    /// <summary>How many requests in a window, or at a time. 1 to 1,000,000. Required.</summary>
    public int Limit { get; set; }

    /// <summary>
    /// The window, in whole seconds. 1 s to 1 day. Of a concurrency policy: how long a request counts whose gateway died. 10 s to 1 h.
    /// Required.
    /// </summary>
    public TimeSpan Window { get; set; }

    /// <summary><c>sliding</c>, <c>fixed</c>, <c>token-bucket</c> or <c>concurrency</c>.</summary>
    public string Algorithm { get; set; } = "sliding";

    /// <summary>
    /// Who shares a count: <c>ip</c>, <c>api-key</c>, <c>user</c>, <c>header:Name</c>, <c>route:name</c> (a value of the route's pattern),
    /// <c>global</c>, or several of them joined by <c>+</c>.
    /// </summary>
    public string Partition { get; set; } = "ip";

    /// <summary>What holds while Redis is away: <c>local</c>, <c>open</c> or <c>closed</c>.</summary>
    public string FailureMode { get; set; } = "local";

    /// <summary><c>enforce</c>, or <c>shadow</c>: then it counts and tells, but refuses nothing.</summary>
    public string Mode { get; set; } = "enforce";

    /// <summary>What one request takes. 1 to the limit.</summary>
    public int Cost { get; set; } = 1;

    internal RateLimitAlgorithm? ParsedAlgorithm => Algorithm switch
    {
        "sliding" => RateLimitAlgorithm.Sliding,
        "fixed" => RateLimitAlgorithm.Fixed,
        "token-bucket" => RateLimitAlgorithm.TokenBucket,
        "concurrency" => RateLimitAlgorithm.Concurrency,
        _ => null,
    };

    internal FailureMode? ParsedFailureMode => FailureMode switch
    {
        "local" => Policies.FailureMode.Local,
        "open" => Policies.FailureMode.Open,
        "closed" => Policies.FailureMode.Closed,
        _ => null,
    };
}

/// <summary>A limit that API keys have by their plan.</summary>
public sealed class PlanOptions
{
    /// <summary>How many requests in a window. 1 to 1,000,000. Required.</summary>
    public int Limit { get; set; }

    /// <summary>The window, in whole seconds. 1 s to 1 day. Required.</summary>
    public TimeSpan Window { get; set; }
}
