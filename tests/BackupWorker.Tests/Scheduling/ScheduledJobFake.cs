using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Tests.Scheduling;

/// <summary>A job whose runs are written down, as the database would for all replicas.</summary>
internal sealed class ScheduledJobFake(CronSchedule? schedule, FakeTimeProvider time) : IScheduledJob
{
    public string Name => "backup";

    public CronSchedule? Schedule => schedule;

    /// <summary>What the database knows.</summary>
    public DateTimeOffset? Last { get; set; }

    /// <summary>What the database says when it is asked.</summary>
    public Exception? Unreachable { get; set; }

    /// <summary>What a run comes to; one that throws or waits is a run too.</summary>
    public Func<CancellationToken, Task<ScheduledOutcome>> Work { get; set; } = _ => Task.FromResult(ScheduledOutcome.Done);

    /// <summary>The occurrences that were run, and when.</summary>
    public List<(DateTimeOffset Occurrence, DateTimeOffset At)> Runs { get; } = [];

    public Task<DateTimeOffset?> LastOccurrenceAsync(CancellationToken cancellationToken) =>
        Unreachable is { } exception ? Task.FromException<DateTimeOffset?>(exception) : Task.FromResult(Last);

    public async Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence, CancellationToken cancellationToken)
    {
        lock (Runs)
        {
            Runs.Add((occurrence, time.GetUtcNow()));
        }

        var outcome = await Work(cancellationToken);
        // What failed is still to do
        Last = outcome == ScheduledOutcome.Done ? occurrence : Last;
        return outcome;
    }
}
