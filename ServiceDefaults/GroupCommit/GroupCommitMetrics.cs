using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.GroupCommit;

/// <summary>What group commits count: <c>prodready.group_commit.*</c>, by name.</summary>
public sealed class GroupCommitMetrics
{
    /// <summary>The meter that holds the instruments, and the activity source.</summary>
    public const string MeterName = "ProdReady.GroupCommit";

    internal static readonly ActivitySource Activities = new(MeterName);

    private readonly Histogram<int> _size;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _timeouts;
    private readonly Counter<long> _split;

    /// <summary>Creates the instruments.</summary>
    public GroupCommitMetrics(IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var meter = factory.Create(MeterName);
        _size = meter.CreateHistogram<int>("prodready.group_commit.batch.size", "{request}", "Requests in one batch");
        _wait = meter.CreateHistogram<double>("prodready.group_commit.wait.duration", "s", "From a caller's call to its result");
        _refused = meter.CreateCounter<long>("prodready.group_commit.refused", "{request}", "Requests refused because too many waited");
        _timeouts = meter.CreateCounter<long>("prodready.group_commit.timeouts", "{request}", "Callers that did not wait for their result");
        _split = meter.CreateCounter<long>("prodready.group_commit.split", "{batch}", "Batches split because of one request's fault");
    }

    internal void Started(string name)
    {
        foreach (var counter in new[] { _refused, _timeouts, _split })
        {
            counter.Add(0, Tag(name));
        }
    }

    internal void Batch(string name, int size) => _size.Record(size, Tag(name));

    internal void Waited(string name, TimeSpan wait) => _wait.Record(wait.TotalSeconds, Tag(name));

    internal void Refused(string name) => _refused.Add(1, Tag(name));

    internal void TimedOut(string name) => _timeouts.Add(1, Tag(name));

    internal void Split(string name) => _split.Add(1, Tag(name));

    private static KeyValuePair<string, object?> Tag(string name) => new("name", name);
}
