using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>What the queues count: <c>prodready.queue.*</c>, by queue.</summary>
internal sealed class QueueMetrics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "ProdReady.Queue";

    /// <summary>The activity source: one activity for each attempt.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _done;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _expired;
    private readonly Histogram<double> _claim;
    private readonly Histogram<double> _handle;
    private readonly Histogram<double> _wait;
    private readonly TimeProvider _time;
    private volatile Snapshot _measured = new(new Dictionary<string, QueueDepth>(), 0);

    public QueueMetrics(IMeterFactory factory, IEnumerable<JobQueueDefinition> queues, TimeProvider time)
    {
        _time = time;
        var meter = factory.Create(Name);
        _attempts = Count(meter, "attempts", "{attempt}", "Attempts begun");
        _done = Count(meter, "done", "{job}", "Jobs done");
        _retried = Count(meter, "retried", "{attempt}", "Attempts that failed and are repeated");
        _dead = Count(meter, "dead", "{job}", "Jobs given up");
        _lost = Count(meter, "lost", "{attempt}", "Attempts whose lease was lost before their outcome was committed");
        _expired = Count(meter, "expired", "{attempt}", "Leases taken from workers that died or were cut off");
        _claim = Duration(meter, "claim.duration", "One claim of a batch");
        _handle = Duration(meter, "handle.duration", "One attempt, by its outcome");
        _wait = Duration(meter, "wait.duration", "From due to claimed");
        meter.CreateObservableGauge("prodready.queue.depth", ObserveDepths, "{job}", "Jobs in the queue, by state");
        meter.CreateObservableGauge("prodready.queue.oldest.age", ObserveAges, "s", "For how long the oldest waiting job has been due");
        foreach (var queue in queues)
        {
            // An alert on a rate needs a series from the start, not from the first failure on
            foreach (var counter in new[] { _attempts, _done, _retried, _dead, _lost, _expired })
            {
                counter.Add(0, Tag(queue.Name));
            }
        }
    }

    public void Claimed(string queue, IReadOnlyList<ClaimedJob> jobs, TimeSpan duration, DateTimeOffset now)
    {
        var tag = Tag(queue);
        _claim.Record(duration.TotalSeconds, tag);
        foreach (var job in jobs)
        {
            // By two clocks, so that it can only be about right
            _wait.Record(Math.Max(0, (now - job.DueAt).TotalSeconds), tag);
        }
    }

    public void Attempted(string queue, string outcome, TimeSpan duration)
    {
        _attempts.Add(1, Tag(queue));
        _handle.Record(duration.TotalSeconds, Tag(queue), new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Done(string queue, int jobs) => _done.Add(jobs, Tag(queue));

    public void Retried(string queue, int jobs) => _retried.Add(jobs, Tag(queue));

    public void Dead(string queue, int jobs) => _dead.Add(jobs, Tag(queue));

    public void Lost(string queue, int jobs) => _lost.Add(jobs, Tag(queue));

    public void Expired(string queue, int jobs) => _expired.Add(jobs, Tag(queue));

    public void Measured(IReadOnlyDictionary<string, QueueDepth> depths) => _measured = new(depths, _time.GetTimestamp());

    private IEnumerable<Measurement<long>> ObserveDepths()
    {
        foreach (var (queue, depth) in _measured.Depths)
        {
            yield return new(depth.Waiting, Tag(queue), new("state", "waiting"));
            yield return new(depth.Running, Tag(queue), new("state", "running"));
            yield return new(depth.Dead, Tag(queue), new("state", "dead"));
        }
    }

    /// <summary>What waits grows older while the database, which would tell, is away; nothing comes to an empty queue then.</summary>
    private IEnumerable<Measurement<double>> ObserveAges()
    {
        var (depths, at) = _measured;
        foreach (var (queue, depth) in depths)
        {
            yield return new(depth.OldestAge > 0 ? depth.OldestAge + _time.GetElapsedTime(at).TotalSeconds : 0, Tag(queue));
        }
    }

    private static KeyValuePair<string, object?> Tag(string queue) => new("queue", queue);

    private static Counter<long> Count(Meter meter, string what, string unit, string description) =>
        meter.CreateCounter<long>($"prodready.queue.{what}", unit, description);

    private static Histogram<double> Duration(Meter meter, string what, string description) =>
        meter.CreateHistogram<double>($"prodready.queue.{what}", "s", description);

    private sealed record Snapshot(IReadOnlyDictionary<string, QueueDepth> Depths, long At);
}
