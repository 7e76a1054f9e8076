using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// What the cache does, counted at its own face: FusionCache's counters also count its internal look-ups. Hits are read from plain
/// counts when somebody collects, because a histogram or a tagged counter would cost more than the hit itself.
/// </summary>
internal sealed class CacheMetrics : IDisposable
{
    public const string MeterName = "ProdReady.Cache";

    private readonly Meter _meter;
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();
    private readonly StripedCounter _stale = new();
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _duration;

    public CacheMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter(
            "prodready.cache.requests",
            () => new[] { Of(_hits, "hit"), Of(_misses, "miss"), Of(_stale, "stale") },
            "{request}",
            "Reads by outcome; stale are those served a value past its time because Redis or the factory failed");
        _meter.CreateObservableGauge(
            "prodready.cache.hit_ratio", HitRatio, "1", "The part of all reads since the start that found a fresh value");
        _errors = _meter.CreateCounter<long>(
            "prodready.cache.errors", "{error}", "Failures by source: redis (by operation) or factory");
        _duration = _meter.CreateHistogram<double>(
            "prodready.cache.operation.duration", "s", "Operations that left memory, by operation; hits in memory are not timed");
        foreach (var source in new[] { "redis", "factory" })
        {
            // An alert on a counter that appears with its first error misses that error
            _errors.Add(0, new KeyValuePair<string, object?>("source", source));
        }
    }

    public void Hit() => _hits.Increment();

    public void Miss() => _misses.Increment();

    public void Stale() => _stale.Increment();

    public void RedisFailed() => _errors.Add(1, new KeyValuePair<string, object?>("source", "redis"));

    public void FactoryFailed() => _errors.Add(1, new KeyValuePair<string, object?>("source", "factory"));

    public void Took(string operation, long started) => _duration.Record(
        Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("operation", operation));

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Of(StripedCounter counter, string outcome) =>
        new(counter.Value, new KeyValuePair<string, object?>("outcome", outcome));

    private double HitRatio()
    {
        double hits = _hits.Value;
        var all = hits + _misses.Value + _stale.Value;
        return all == 0 ? 0 : hits / all;
    }
}
