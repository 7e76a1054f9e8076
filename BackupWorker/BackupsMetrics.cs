using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker;

/// <summary>The meter <c>ProdReady.BackupWorker</c>.</summary>
internal sealed class BackupsMetrics
{
    public const string MeterName = "ProdReady.BackupWorker";

    /// <summary>Seconds: from a small database's to a night.</summary>
    public static readonly InstrumentAdvice<double> Durations =
        new() { HistogramBucketBoundaries = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800] };

    private static readonly InstrumentAdvice<long> Sizes = new()
    {
        HistogramBucketBoundaries = [100_000, 1_000_000, 10_000_000, 100_000_000, 300_000_000, 1_000_000_000, 3_000_000_000, 10_000_000_000, 30_000_000_000, 100_000_000_000, 1_000_000_000_000],
    };

    private static readonly InstrumentAdvice<double> Ratios =
        new() { HistogramBucketBoundaries = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1] };

    private static readonly InstrumentAdvice<double> Throughputs = new()
    {
        HistogramBucketBoundaries = [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 60_000_000, 100_000_000, 200_000_000, 400_000_000, 1_000_000_000],
    };

    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _size;
    private readonly Histogram<double> _ratio;
    private readonly Histogram<double> _throughput;
    private readonly Counter<long> _destinationFailures;
    private readonly Counter<long> _shrunk;

    public BackupsMetrics(IMeterFactory meters, BackupSources sources, BackupDestinations destinations, VerifiedAges ages)
    {
        var meter = meters.Create(MeterName);
        _runs = meter.CreateCounter<long>("prodready.backups.runs", "{run}", "Backup runs by database and outcome: ok or failed.");
        _duration = meter.CreateHistogram(
            "prodready.backups.duration", "s", "How long a run took, by database and outcome.", tags: null, Durations);
        _size = meter.CreateHistogram(
            "prodready.backups.size", "By", "The stored bytes of a backup, by database.", tags: null, Sizes);
        _ratio = meter.CreateHistogram(
            "prodready.backups.ratio", "1", "A backup's stored bytes as a share of its content's, by database.", tags: null, Ratios);
        _throughput = meter.CreateHistogram(
            "prodready.backups.throughput", "By/s", "A backup's content by its run's duration, by database.", tags: null, Throughputs);
        _destinationFailures = meter.CreateCounter<long>(
            "prodready.backups.destination.failures", "{failure}", "Backups, of databases and of the server, that a destination does not have, by destination.");
        _shrunk = meter.CreateCounter<long>(
            "prodready.backups.shrunk", "{backup}", "Backups that are smaller than the one before by more than Backups:ShrinkAlarm, by database.");
        meter.CreateObservableGauge(
            "prodready.backups.age",
            ages.Measure,
            "s",
            "The age of the newest verified backup's content, by database and destination: the time since its run started. The alert to set.");

        // An alert on an increase needs a value to increase from
        foreach (var source in sources.All())
        {
            _runs.Add(0, Database(source.Database), Outcome(true));
            _runs.Add(0, Database(source.Database), Outcome(false));
            _shrunk.Add(0, Database(source.Database));
        }

        foreach (var destination in destinations.All)
        {
            _destinationFailures.Add(0, Destination(destination.Name));
        }
    }

    /// <summary>A run could not even start, or its process was killed.</summary>
    public void NotCompleted(string database) => _runs.Add(1, Database(database), Outcome(false));

    /// <summary>A backup was made that a destination does not have, or cannot restore.</summary>
    public void NotStored(string destination) => _destinationFailures.Add(1, Destination(destination));

    /// <summary>A backup was made that lost much of what the one before has.</summary>
    public void Shrunk(string database) => _shrunk.Add(1, Database(database));

    /// <summary>A run ended, with a backup or without.</summary>
    public void Ended(RunResult result, TimeSpan took)
    {
        var database = Database(result.Run.Database);
        var outcome = Outcome(result.Manifest is not null);
        _runs.Add(1, database, outcome);
        _duration.Record(took.TotalSeconds, database, outcome);
        foreach (var destination in result.FailedDestinations)
        {
            NotStored(destination);
        }

        if (result.Manifest is { } manifest)
        {
            _size.Record(manifest.Size, database);
            _ratio.Record((double)manifest.Size / Math.Max(1, manifest.ContentSize), database);
            _throughput.Record(manifest.ContentSize / Math.Max(took.TotalSeconds, 0.001), database);
        }
    }

    private static KeyValuePair<string, object?> Outcome(bool succeeded) => new("outcome", succeeded ? "ok" : "failed");

    private static KeyValuePair<string, object?> Destination(string name) => new("destination", name);

    private static KeyValuePair<string, object?> Database(string database) => new("database", database);
}
