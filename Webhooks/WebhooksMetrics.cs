using System.Diagnostics.Metrics;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks;

/// <summary>What the service counts. Tags hold only configured names: a stranger's path must not make a new series.</summary>
internal sealed class WebhooksMetrics
{
    /// <summary>The meter that holds the instruments.</summary>
    public const string MeterName = "ProdReady.Webhooks";

    private readonly Counter<long> _received;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _unavailable;
    private readonly Counter<long> _late;
    private readonly Counter<long> _quarantined;
    private readonly Counter<long> _notQuarantined;
    private readonly Histogram<double> _commit;

    public WebhooksMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _received = Count(meter, "received", "{request}", "Requests to a configured source");
        _accepted = Count(meter, "accepted", "{event}", "New events committed");
        _duplicates = Count(meter, "duplicates", "{event}", "Events that had been committed before");
        _conflicts = Count(meter, "conflicts", "{event}", "Duplicates with other content than the first");
        _rejected = Count(meter, "rejected", "{request}", "Requests refused, by reason");
        _unavailable = Count(meter, "unavailable", "{request}", "Requests answered 503 because the inbox was not available");
        _late = Count(meter, "deadline_misses", "{request}", "Requests answered 2xx after their provider's deadline");
        _quarantined = Count(meter, "quarantined", "{request}", "Refused requests that were kept");
        _notQuarantined = Count(meter, "quarantine.dropped", "{request}", "Refused requests that were not kept, because there were too many");
        _commit = meter.CreateHistogram<double>("prodready.webhooks.commit.duration", "s", "From verified to committed");
    }

    public void Received(string source) => _received.Add(1, new KeyValuePair<string, object?>("source", source));

    public void UnknownSource() => Rejected("unknown", "unknown_source");

    public void Rejected(string source, string reason) => _rejected.Add(
        1, new KeyValuePair<string, object?>("source", source), new KeyValuePair<string, object?>("reason", reason));

    public void Unavailable() => _unavailable.Add(1);

    public void Committed(string source, TimeSpan duration, bool duplicate, bool conflict)
    {
        var tag = new KeyValuePair<string, object?>("source", source);
        _commit.Record(duration.TotalSeconds, tag);
        (duplicate ? _duplicates : _accepted).Add(1, tag);
        _conflicts.Add(conflict ? 1 : 0, tag);
    }

    /// <summary>An event was answered 2xx. A provider that has given up by then sends it again, and counts a failure.</summary>
    public void Answered(WebhookSource source, TimeSpan duration) =>
        _late.Add(duration > source.Deadline ? 1 : 0, new KeyValuePair<string, object?>("source", source.Name));

    public void Quarantined(string source) => _quarantined.Add(1, new KeyValuePair<string, object?>("source", source));

    public void NotQuarantined(string source) => _notQuarantined.Add(1, new KeyValuePair<string, object?>("source", source));

    private static Counter<long> Count(Meter meter, string what, string unit, string description) =>
        meter.CreateCounter<long>($"prodready.webhooks.{what}", unit, description);
}
