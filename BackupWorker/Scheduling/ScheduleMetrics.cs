using System.Diagnostics.Metrics;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Counts the occurrences that did not run when, or as, they should have.</summary>
internal sealed class ScheduleMetrics
{
    /// <summary>The database could not say whether somebody had started it.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>No process was there to start it, or the clock jumped over it.</summary>
    public const string Late = "late";

    /// <summary>Every try failed, or the run was cancelled because it took too long.</summary>
    public const string Failed = "failed";

    private readonly Counter<long> _missed;

    public ScheduleMetrics(IMeterFactory meters, IEnumerable<IScheduledJob> jobs)
    {
        _missed = meters.Create(BackupsMetrics.MeterName).CreateCounter<long>(
            "prodready.backups.schedule.missed", "{occurrence}", "Occurrences that were not run in time, by schedule and reason.");
        foreach (var job in jobs)
        {
            // An alert on an increase needs a value to increase from
            Add(job, Unreachable, 0);
            Add(job, Late, 0);
            Add(job, Failed, 0);
        }
    }

    public void Missed(IScheduledJob job, string reason) => Add(job, reason, 1);

    private void Add(IScheduledJob job, string reason, long count) =>
        _missed.Add(count, new("schedule", job.Name), new KeyValuePair<string, object?>("reason", reason));
}
