using System.Diagnostics.Metrics;
using System.Text.Json;
using ProdReady.Gateway.RateLimiting.Deciding;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>What the limiter does, by policy and outcome. An outage and limiting are different outcomes.</summary>
internal sealed class RateLimitMetrics
{
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetNames<RateLimitOutcome>().Select(name => new KeyValuePair<string, object?>("outcome", JsonNamingPolicy.KebabCaseLower.ConvertName(name)))];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _nearLimit;
    private readonly Counter<long> _loans;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private int _isOpen;

    public RateLimitMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("ProdReady.Gateway");
        _requests = meter.CreateCounter<long>(
            "prodready.rate_limit.requests", "{request}", "Requests that a policy decided on, by policy and outcome");
        _nearLimit = meter.CreateCounter<long>(
            "prodready.rate_limit.near_limit", "{request}", "Requests that were admitted when at least 80 % of the limit was used up");
        _loans = meter.CreateCounter<long>("prodready.rate_limit.lent_permits", "{permit}", "Permits that hot partitions took on loan");
        _failures = meter.CreateCounter<long>("prodready.rate_limit.redis.failures", "{question}", "Scripts that Redis did not answer in time");
        _duration = meter.CreateHistogram<double>(
            "prodready.rate_limit.redis.duration", "s", "How long Redis took to decide on a batch of requests, failures included");
        _batch = meter.CreateHistogram<int>("prodready.rate_limit.redis.batch", "{request}", "How many requests went to Redis at once");
        meter.CreateObservableGauge(
            "prodready.rate_limit.redis.circuit_open", () => _isOpen, "1", "Whether decisions are made without Redis: 1 or 0");
        _failures.Add(0);
        _loans.Add(0);
    }

    /// <summary>Makes a policy's counters exist.</summary>
    public void Start(string policy)
    {
        foreach (var outcome in Outcomes)
        {
            _requests.Add(0, new KeyValuePair<string, object?>("policy", policy), outcome);
        }

        _nearLimit.Add(0, new KeyValuePair<string, object?>("policy", policy));
    }

    public void Decided(RateLimitUse use, RateLimitVerdict verdict, bool isAdmitted)
    {
        // What other policies refused, this one neither counted nor refused
        if (!isAdmitted && verdict.Outcome is RateLimitOutcome.Allowed or RateLimitOutcome.FailedLocal or RateLimitOutcome.FailedOpen)
        {
            return;
        }

        var policy = new KeyValuePair<string, object?>("policy", use.Policy.Name);
        _requests.Add(1, policy, Outcomes[(int)verdict.Outcome]);
        if (isAdmitted && verdict.Left is { } left && left * 5L <= use.Quota.Limit)
        {
            _nearLimit.Add(1, policy);
        }
    }

    public void RedisAsked(TimeSpan duration, int questions, bool isAnswered)
    {
        _duration.Record(duration.TotalSeconds);
        _batch.Record(questions);
        if (!isAnswered)
        {
            _failures.Add(1);
        }
    }

    public void CircuitIsOpen(bool isOpen) => _isOpen = isOpen ? 1 : 0;

    public void Lent(int permits)
    {
        if (permits > 0)
        {
            _loans.Add(permits);
        }
    }
}
