using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.Telemetry.Redis;

internal sealed class RedisMetrics
{
    /// <summary>The buckets that the conventions recommend, in seconds.</summary>
    private static readonly double[] Buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

    private readonly Histogram<double> _duration;

    public RedisMetrics(IMeterFactory meters) => _duration = meters.Create("ProdReady.Redis").CreateHistogram(
        "db.client.operation.duration",
        "s",
        "Duration of database client operations.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });

    /// <summary>Whether anybody collects.</summary>
    public bool Enabled => _duration.Enabled;

    public void Record(TimeSpan duration, in TagList tags) => _duration.Record(duration.TotalSeconds, tags);
}
