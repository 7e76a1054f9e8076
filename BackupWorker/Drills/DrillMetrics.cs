using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Drills;

/// <summary>What drills came to.</summary>
internal sealed class DrillMetrics
{
    private readonly Counter<long> _drills;
    private readonly Histogram<double> _duration;

    public DrillMetrics(IMeterFactory meters, BackupSources sources)
    {
        var meter = meters.Create(BackupsMetrics.MeterName);
        _drills = meter.CreateCounter<long>("prodready.backups.drills", "{drill}", "Restores into a throwaway database, by database and outcome: ok or failed.");
        _duration = meter.CreateHistogram(
            "prodready.backups.drill.duration", "s", "How long a drill took, by database: what a restore will take.", tags: null, BackupsMetrics.Durations);

        // An alert on an increase needs a value to increase from
        foreach (var source in sources.All())
        {
            _drills.Add(0, Tags(source.Database, true));
            _drills.Add(0, Tags(source.Database, false));
        }
    }

    /// <summary>A drill ended.</summary>
    public void Ended(DrillResult drill)
    {
        _drills.Add(1, Tags(drill.Database, drill.Succeeded));
        _duration.Record(drill.Took.TotalSeconds, new KeyValuePair<string, object?>("database", drill.Database));
    }

    private static KeyValuePair<string, object?>[] Tags(string database, bool succeeded) =>
        [new("database", database), new("outcome", succeeded ? "ok" : "failed")];
}
