using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Carries out one occurrence of a job that consists of several parts, under a lock, and keeps which of them are left to do.</summary>
internal sealed class OccurrenceRunner(BackupSources sources, OccurrenceStore occurrences, ScheduleMonitors monitors, TimeProvider time)
{
    /// <summary>Carries it out.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cron">Its schedule, as Sentry is told it.</param>
    /// <param name="lockName">One of <see cref="RunLock"/>'s names.</param>
    /// <param name="occurrence">Which one.</param>
    /// <param name="all">Its parts, such as databases.</param>
    /// <param name="work">Does one part, and says whether it went well; it logs why not.</param>
    /// <param name="cancellationToken">Ends it: what was not done is done after the next start.</param>
    public async Task<ScheduledOutcome> RunAsync(
        IScheduledJob job,
        string cron,
        string lockName,
        DateTimeOffset occurrence,
        IReadOnlyList<string> all,
        Func<string, RunLock, CancellationToken, Task<bool>> work,
        CancellationToken cancellationToken)
    {
        await using var held = await RunLock.TryTakeAsync(sources.Home, lockName, cancellationToken);
        if (held is null)
        {
            return ScheduledOutcome.Busy;
        }

        var takenAt = time.GetUtcNow();
        var left = await occurrences.TakeAsync(job.Name, occurrence, all, takenAt, cancellationToken);
        if (left.Count == 0)
        {
            return ScheduledOutcome.NotOurs;
        }

        using var checkIn = monitors.Begin(job, cron);
        var failed = left.ToList();
        try
        {
            foreach (var part in left)
            {
                if (await work(part, held, cancellationToken))
                {
                    failed.Remove(part);
                }
            }
        }
        finally
        {
            await occurrences.EndAsync(job.Name, occurrence, takenAt, failed, time.GetUtcNow(), CancellationToken.None);
        }

        checkIn.End(failed.Count == 0);
        return failed.Count == 0 ? ScheduledOutcome.Done : ScheduledOutcome.Failed;
    }
}
