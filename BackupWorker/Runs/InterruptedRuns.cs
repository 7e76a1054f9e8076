using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Cleans up after processes that were killed. Whoever holds the run lock knows that no running run is alive.</summary>
internal sealed partial class InterruptedRuns(
    RunStore store, BackupDirectory directory, TimeProvider time, ILogger<InterruptedRuns> logger)
{
    private const string Error = "Interrupted: the process ended while the backup was under way.";

    public async Task CleanUpAsync(RunLock held, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(held);
        var running = await store.RunningAsync(cancellationToken);
        directory.RemoveLeftovers(running);
        foreach (var id in running)
        {
            // Killed between the manifest and the row's update, it did make its backup
            var error = directory.Find(id) is null ? Error : null;
            await store.CompleteAsync(id, error, time.GetUtcNow(), cancellationToken);
            Log.Found(logger, id, error is null ? RunStatus.Ok : RunStatus.Failed);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Run {Id} was interrupted by the end of its process; it is now {Status}")]
        public static partial void Found(ILogger logger, string id, string status);
    }
}
