using System.Collections.Concurrent;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Carries out one occurrence of a job that consists of several parts, under a lock, and keeps which of them are left to do.</summary>
internal sealed partial class OccurrenceRunner(
    BackupSources sources,
    OccurrenceStore occurrences,
    ScheduleMonitors monitors,
    Deadlines deadlines,
    TimeProvider time,
    ILogger<OccurrenceRunner> logger)
{
    private readonly ConcurrentDictionary<string, SlowParts> _slow = new();

    /// <summary>Carries it out.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cron">Its schedule, as Sentry is told it.</param>
    /// <param name="lockName">One of <see cref="RunLock"/>'s names.</param>
    /// <param name="occurrence">Which one.</param>
    /// <param name="all">Its parts, such as databases.</param>
    /// <param name="work">Does one part within its own longest time, and says whether it went well; it logs why not.</param>
    /// <param name="cancellationToken">Ends it: what was not done is done after the next start.</param>
    public async Task<ScheduledOutcome> RunAsync(
        IScheduledJob job,
        string cron,
        string lockName,
        DateTimeOffset occurrence,
        IReadOnlyList<string> all,
        Func<string, RunLock, Deadline, Task<bool>> work,
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

        using var checkIn = monitors.Begin(job, cron, all.Count);
        var slow = _slow.GetOrAdd(job.Name, _ => new());
        var failed = left.ToList();
        try
        {
            foreach (var part in left.Except(slow.Among(occurrence, left)))
            {
                using var deadline = deadlines.Begin(cancellationToken);
                if (await TryAsync(job, part, () => work(part, held, deadline), deadline))
                {
                    failed.Remove(part);
                }
                else if (deadline.HasPassed)
                {
                    slow.Add(occurrence, part);
                }
            }
        }
        finally
        {
            await occurrences.EndAsync(job.Name, occurrence, takenAt, failed, time.GetUtcNow(), CancellationToken.None);
        }

        checkIn.End(failed.Count == 0);
        return slow.Outcome(occurrence, failed);
    }

    /// <remarks>One that takes too long must not keep the others from their turn.</remarks>
    private async Task<bool> TryAsync(IScheduledJob job, string part, Func<Task<bool>> work, Deadline deadline)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (deadline.HasPassed && !deadline.Stopping.IsCancellationRequested)
        {
            Log.Ended(logger, job.Name, part, deadline.Why, FailureSentence.IsExpected(exception) ? null : exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The job {Job} was ended for {Part}, because {Why}")]
        public static partial void Ended(ILogger logger, string job, string part, string why, Exception? exception);
    }
}
