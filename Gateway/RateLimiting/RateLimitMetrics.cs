using System.Diagnostics.Metrics;

namespace ProdReady.Gateway.RateLimiting;

internal sealed class RateLimitMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _redisDuration;

    public RateLimitMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("ProdReady.Gateway");
        _requests = meter.CreateCounter<long>(
            "prodready.rate_limit.requests", "{request}", "Requests that a rate limit policy decided on, by policy and outcome");
        _redisDuration = meter.CreateHistogram<double>(
            "prodready.rate_limit.redis.duration", "s", "How long Redis took to decide, failures included");
    }

    public void Decided(string policy, RateLimitOutcome outcome) => _requests.Add(
        1,
        new KeyValuePair<string, object?>("policy", policy),
        new KeyValuePair<string, object?>("outcome", outcome switch
        {
            RateLimitOutcome.Allowed => "allowed",
            RateLimitOutcome.Limited => "limited",
            _ => "failed-open",
        }));

    public void RedisAnswered(TimeSpan duration) => _redisDuration.Record(duration.TotalSeconds);
}
