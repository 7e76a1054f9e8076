using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Decides whose turn it is.</summary>
internal sealed class RunStarter(BackupSources sources, RunStore store, InterruptedRuns interrupted, TimeProvider time)
{
    private const int Attempts = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock and records a run for each database, or says who holds it.</summary>
    /// <param name="trigger">Who wants it.</param>
    /// <param name="databases">Which of the configured databases; asked once the lock is held.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<StartOutcome> TryStartAsync(
        RunTrigger trigger,
        Func<CancellationToken, Task<IReadOnlyList<DirectConnection>>> databases,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await RunLock.TryTakeAsync(sources.Home, RunLock.Backups, cancellationToken) is { } taken)
            {
                return await RecordAsync(taken, databases, trigger, cancellationToken);
            }

            // The lock without a row: a run that is just being recorded, or a clean-up that is over in a moment
            var running = await store.RunningAsync(cancellationToken);
            if (running.Count > 0 || attempt == Attempts)
            {
                return new StartOutcome.Busy(running is [var newest, ..] ? newest : null);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Takes the lock and records a run for each of these databases, or says who holds it.</summary>
    public Task<StartOutcome> TryStartAsync(
        RunTrigger trigger, IReadOnlyList<DirectConnection> databases, CancellationToken cancellationToken) =>
        TryStartAsync(trigger, _ => Task.FromResult(databases), cancellationToken);

    /// <summary>Cleans up after killed processes, unless a run is under way.</summary>
    public async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        if (await RunLock.TryTakeAsync(sources.Home, RunLock.Backups, cancellationToken) is { } taken)
        {
            await using (taken)
            {
                await interrupted.EndAsync(taken, cancellationToken);
                await interrupted.CleanUpAsync(taken, cancellationToken);
            }
        }
    }

    private async Task<StartOutcome> RecordAsync(
        RunLock taken,
        Func<CancellationToken, Task<IReadOnlyList<DirectConnection>>> databases,
        RunTrigger trigger,
        CancellationToken cancellationToken)
    {
        try
        {
            await interrupted.EndAsync(taken, cancellationToken);
            // Whole seconds, as in the files' names
            var now = time.GetUtcNow();
            var startedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
            List<StartedRun> runs = [.. (await databases(cancellationToken)).Select(database => new StartedRun(BackupName.NewId(), database, startedAt))];
            if (runs.Count == 0)
            {
                await taken.DisposeAsync();
                return new StartOutcome.NothingToDo();
            }

            await store.InsertAsync(runs, trigger, cancellationToken);
            return new StartOutcome.Started(new(runs, taken));
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }
}
