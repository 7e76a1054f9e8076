using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Decides whose turn it is.</summary>
internal sealed class RunStarter(DirectConnection direct, RunStore store, InterruptedRuns interrupted, TimeProvider time)
{
    private const int Attempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock and records a run, or says who holds it.</summary>
    public async Task<StartOutcome> TryStartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await RunLock.TryTakeAsync(direct, cancellationToken) is { } taken)
            {
                return new StartOutcome.Started(await RecordAsync(taken, cancellationToken));
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

    /// <summary>Cleans up after killed processes, unless a run is under way.</summary>
    public async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        if (await RunLock.TryTakeAsync(direct, cancellationToken) is { } taken)
        {
            await using (taken)
            {
                await interrupted.CleanUpAsync(taken, cancellationToken);
            }
        }
    }

    private async Task<StartedRun> RecordAsync(RunLock taken, CancellationToken cancellationToken)
    {
        try
        {
            await interrupted.CleanUpAsync(taken, cancellationToken);
            // Whole seconds, as in the file's name
            var now = time.GetUtcNow();
            var run = new StartedRun(
                BackupName.NewId(), direct.Database, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), taken);
            await store.InsertAsync(run, cancellationToken);
            return run;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }
}
