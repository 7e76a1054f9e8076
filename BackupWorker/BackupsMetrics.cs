using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker;

/// <summary>The meter <c>ProdReady.BackupWorker</c>.</summary>
internal sealed class BackupsMetrics
{
    public const string MeterName = "ProdReady.BackupWorker";

    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _size;

    public BackupsMetrics(IMeterFactory meters, BackupDirectory directory, DirectConnection direct, TimeProvider time)
    {
        var meter = meters.Create(MeterName);
        _runs = meter.CreateCounter<long>("prodready.backups.runs", "{run}", "Backup runs by outcome: ok or failed.");
        _duration = meter.CreateHistogram<double>("prodready.backups.duration", "s", "How long a run took, by outcome.");
        _size = meter.CreateHistogram<long>("prodready.backups.size", "By", "The size of a backup's archive.");
        // Counted from 1970 while there is no backup at all, so that an alert on the age fires then too
        meter.CreateObservableGauge(
            "prodready.backups.age",
            () => (time.GetUtcNow() - (directory.NewestOf(direct.Database) ?? DateTimeOffset.UnixEpoch)).TotalSeconds,
            "s",
            "The age of the newest good backup's content: the time since its run started.");

        // An alert on an increase needs a value to increase from
        _runs.Add(0, Outcome(true));
        _runs.Add(0, Outcome(false));
    }

    /// <summary>A run ended, with a backup or without.</summary>
    public void Ended(BackupManifest? manifest, TimeSpan took)
    {
        _runs.Add(1, Outcome(manifest is not null));
        _duration.Record(took.TotalSeconds, Outcome(manifest is not null));
        if (manifest is not null)
        {
            _size.Record(manifest.Size);
        }
    }

    private static KeyValuePair<string, object?> Outcome(bool succeeded) => new("outcome", succeeded ? "ok" : "failed");
}
