namespace ProdReady.Gateway.Proxy;

/// <summary>What holds for every route and cluster that does not say otherwise. All of it can be changed while the gateway runs.</summary>
public sealed class ProxyOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Proxy";

    /// <summary>How long an upstream may take.</summary>
    public TimeoutOptions Timeouts { get; set; } = new();

    /// <summary>How large a request may be.</summary>
    public RequestLimitOptions Limits { get; set; } = new();

    /// <summary>Second attempts at another destination.</summary>
    public RetryOptions Retries { get; set; } = new();

    /// <summary>When a destination is left alone.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();
}

/// <summary>How long an upstream may take before the caller gets a 504.</summary>
public sealed class TimeoutOptions
{
    /// <summary>
    /// To connect, TLS included, 10 ms to 1 min. Default: 5 s. A cluster's own: <c>Metadata:ConnectTimeout</c>.
    /// </summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Without a byte in either direction, 100 ms to 1 day; also of streams and WebSockets. Default: 1 min. A cluster's own:
    /// <c>HttpRequest:ActivityTimeout</c>.
    /// </summary>
    public TimeSpan Activity { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// From the request to the answer's last byte, all attempts included, 100 ms to 1 day. WebSockets, gRPC and event streams are not
    /// bound by it. Default: 5 min. A route's own: <c>Timeout</c>.
    /// </summary>
    public TimeSpan Total { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>How large a request may be.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>A body, in bytes, from 0 on; more is answered 413. Default: 10 MiB. A route's own: <c>MaxRequestBodySize</c>.</summary>
    public long MaxBodySize { get; set; } = 10 * 1024 * 1024;

    /// <summary>Path and query as sent, in bytes, 256 to 65536; more is answered 414. Default: 8192. Read at start.</summary>
    public int MaxUrlLength { get; set; } = 8192;

    /// <summary>All header lines, in bytes, 1024 to 1 MiB; more is answered 431. Default: 32768. Read at start.</summary>
    public int MaxHeadersSize { get; set; } = 32768;

    /// <summary>Header lines, 10 to 1000; more is answered 431. Default: 100. Read at start.</summary>
    public int MaxHeaderCount { get; set; } = 100;
}

/// <summary>
/// Second attempts of GET, HEAD and OPTIONS at another destination, where the first could not be reached or answered 502, 503 or 504.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>How many more attempts a request gets, 0 (none) to 5. Default: 2. A route's own: <c>Metadata:Retries</c>.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>What share of a cluster's requests of the last 10 s may be repeated, 0 to 1. Default: 0.2.</summary>
    public double BudgetRatio { get; set; } = 0.2;

    /// <summary>What may be repeated besides, so that a quiet cluster has a budget, 0 to 1000 a second. Default: 3.</summary>
    public int MinPerSecond { get; set; } = 3;
}

/// <summary>When a destination that keeps failing is left alone.</summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Whether there are circuit breakers. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Failures in a row that open it, 1 to 1000. Default: 5.</summary>
    public int ConsecutiveFailures { get; set; } = 5;

    /// <summary>The share of failures in 10 s that opens it, 0.01 to 1. Default: 0.5.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>How many requests in 10 s a share is formed of, 2 to 10000. Default: 20.</summary>
    public int MinRequests { get; set; } = 20;

    /// <summary>For how long it is left alone until one request may try it, 100 ms to 10 min. Default: 10 s.</summary>
    public TimeSpan OpenFor { get; set; } = TimeSpan.FromSeconds(10);
}
