using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What can be seen of the log's way into storage.</summary>
internal sealed class WalMetrics
{
    private readonly Counter<long> _segments;
    private readonly Counter<long> _failures;
    private long _spooled;

    public WalMetrics(IMeterFactory meters, BackupDestinations destinations, WalLag lag)
    {
        var meter = meters.Create(BackupsMetrics.MeterName);
        _segments = meter.CreateCounter<long>(
            "prodready.backups.wal.segments", "{segment}", "Whole segments of the write-ahead log that were stored, by destination.");
        _failures = meter.CreateCounter<long>(
            "prodready.backups.wal.failures", "{failure}", "Failures to receive (stage receive) or store (stage store) the write-ahead log.");
        meter.CreateObservableGauge(
            "prodready.backups.wal.lag",
            () => lag.Now is { } now ? [new Measurement<double>(now.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "How long ago the newest position was current that every destination holds: what would be lost with the server. The alert to set.");
        meter.CreateObservableGauge(
            "prodready.backups.wal.spooled", () => Interlocked.Read(ref _spooled), "By", "The write-ahead log that waits for a destination.");

        // An alert on an increase needs a value to increase from
        foreach (var destination in destinations.All)
        {
            _segments.Add(0, Destination(destination));
            _failures.Add(0, Stage("store"), Destination(destination));
        }

        _failures.Add(0, Stage("receive"));
    }

    public void Stored(IBackupStorage destination) => _segments.Add(1, Destination(destination));

    public void NotStored(IBackupStorage destination) => _failures.Add(1, Stage("store"), Destination(destination));

    public void NotReceived() => _failures.Add(1, Stage("receive"));

    public void Spooled(long bytes) => Interlocked.Exchange(ref _spooled, bytes);

    private static KeyValuePair<string, object?> Destination(IBackupStorage destination) => new("destination", destination.Name);

    private static KeyValuePair<string, object?> Stage(string stage) => new("stage", stage);
}
