using Npgsql;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Carries out started runs and records how they went: in storage, in the table, in metrics and in the log.</summary>
internal sealed partial class BackupRunner(
    InterruptedRuns interrupted,
    KeyGuard guard,
    DumpPipeline pipeline,
    BackupPublisher publisher,
    BackupShelves shelves,
    RunStore store,
    BackupsMetrics metrics,
    RunFollowUp followUp,
    Deadlines deadlines,
    TimeProvider time,
    ILogger<BackupRunner> logger)
{
    /// <summary>How long recording an end may take: at shutdown there is not much time.</summary>
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Makes the backups one after the other, each within the longest time that it may take. Never throws: whatever goes wrong is the run's
    /// error, and the next one is made all the same, as is what follows them.
    /// </summary>
    public async Task<IReadOnlyList<RunResult>> RunAsync(StartedRuns started, CancellationToken cancellationToken)
    {
        await using var held = started;
        await CleanUpAsync(started.Lock, cancellationToken);
        var results = new List<RunResult>();
        foreach (var run in started.Runs)
        {
            // Each its own, whoever wanted it: a frozen database must not take the others' time, nor keep the lock from all runs to come
            using var deadline = deadlines.Begin(cancellationToken);
            results.Add(await RunAsync(run, started.Lock, deadline));
        }

        await followUp.RunAsync(cancellationToken);
        return results;
    }

    private async Task CleanUpAsync(RunLock held, CancellationToken cancellationToken)
    {
        using var deadline = deadlines.Begin(cancellationToken);
        try
        {
            await interrupted.CleanUpAsync(held, deadline.Token);
        }
        catch (Exception exception)
        {
            // No reason for no backup
            Log.NotCleanedUp(logger, FailureSentence.Of(exception));
        }
    }

    private async Task<RunResult> RunAsync(StartedRun run, RunLock held, Deadline deadline)
    {
        var cancellationToken = deadline.Token;
        var started = time.GetTimestamp();
        Log.Started(logger, run.Id, run.Database);
        var destinations = new RunDestinations(shelves.All);
        RunResult result;
        try
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var progress = TellProgressAsync(run, ends.Token);
            try
            {
                // Of several databases, not the last one should find out
                await held.EnsureHeldAsync(cancellationToken);
                await guard.RequireAsync(run.Database, cancellationToken);
                var manifest = await pipeline.RunAsync(run, destinations, cancellationToken);
                manifest = await publisher.PublishAsync(run, held, manifest, destinations, cancellationToken);
                result = new(run, manifest, destinations, null);
            }
            finally
            {
                await ends.CancelAsync();
                await progress;
            }
        }
        catch (Exception exception)
        {
            result = new(run, null, destinations, cancellationToken.IsCancellationRequested
                ? $"Stopped before it was complete, because {deadline.Why}."
                : FailureSentence.Of(exception))
            {
                TookTooLong = deadline.HasPassed,
            };
            Log.Failed(logger, run.Id, run.Database, result.Error!, FailureSentence.IsExpected(exception) ? null : exception);
        }

        Report(result, time.GetElapsedTime(started));
        // Before storage is tidied up, which may hang where the run has failed
        await RecordAsync(result);
        await RunDestinations.DiscardAsync(
            shelves.All.Where(shelf => result.Manifest is null || destinations.Failures.ContainsKey(shelf.Name)), run.Name);
        return result;
    }

    private void Report(RunResult result, TimeSpan took)
    {
        metrics.Ended(result, took);
        if (result.Manifest is not { } manifest)
        {
            return;
        }

        Log.Completed(logger, result.Run.Id, result.Run.Database, manifest.Size, took.TotalSeconds);
        foreach (var warning in manifest.Warnings.Concat(result.Warnings))
        {
            Log.Warned(logger, result.Run.Id, result.Run.Database, warning);
        }
    }

    /// <summary>Lets every replica and the command line see how far it is, until it ends.</summary>
    private async Task TellProgressAsync(StartedRun run, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressInterval, time);
        try
        {
            do
            {
                await TellAsync(run, cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The run has ended
        }
    }

    private async Task TellAsync(StartedRun run, CancellationToken cancellationToken)
    {
        try
        {
            await store.ProgressAsync(run, cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The run itself finds out whether the database is away
        }
    }

    private async Task RecordAsync(RunResult result)
    {
        try
        {
            using var timeout = new CancellationTokenSource(RecordTimeout, time);
            await store.CompleteAsync(result.Run.Id, result.Error, result.Warnings, result.FailedDestinations, time.GetUtcNow(), timeout.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            // The next holder of the lock finds the row and completes it from what storage says
            Log.NotRecorded(logger, result.Run.Id, exception.Message);
            interrupted.Counted(result.Run.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Backup {Id} of {Database} started")]
        public static partial void Started(ILogger logger, string id, string database);

        [LoggerMessage(LogLevel.Information, "Backup {Id} of {Database} is stored: {Size} bytes in {Seconds:F1} s")]
        public static partial void Completed(ILogger logger, string id, string database, long size, double seconds);

        [LoggerMessage(LogLevel.Error, "Backup {Id} of {Database} needs a look. {Warning}")]
        public static partial void Warned(ILogger logger, string id, string database, string warning);

        [LoggerMessage(LogLevel.Error, "Backup {Id} of {Database} failed: {Error}")]
        public static partial void Failed(ILogger logger, string id, string database, string error, Exception? exception);

        [LoggerMessage(LogLevel.Warning, "What interrupted runs left is not removed yet: {Reason}")]
        public static partial void NotCleanedUp(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "The end of backup {Id} could not be recorded, which the next run makes up for: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string id, string reason);
    }
}
