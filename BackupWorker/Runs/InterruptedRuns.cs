using System.Collections.Concurrent;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Cleans up after processes that were killed. Whoever holds the run lock knows that no other run is alive.</summary>
internal sealed partial class InterruptedRuns(
    RunStore store,
    RemovalStore removals,
    BackupShelves shelves,
    BackupsMetrics metrics,
    TimeProvider time,
    ILogger<InterruptedRuns> logger)
{
    private const string Error = "Interrupted: the process ended while the backup was under way.";

    /// <summary>What this process has counted the end of, and could not record.</summary>
    private readonly ConcurrentDictionary<string, bool> _counted = new();

    /// <summary>Databases by the ids of runs whose end is recorded and not counted yet.</summary>
    private readonly ConcurrentDictionary<string, string> _ended = new();

    /// <summary>A run of this process that ended, and was counted, without a record of its end: it does not count again.</summary>
    public void Counted(string id) => _counted.TryAdd(id, true);

    /// <summary>Ends their records. Quick: somebody waits for the answer that a run has started.</summary>
    public async Task EndAsync(RunLock held, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(held);
        foreach (var (id, database) in await store.InterruptAsync(Error, time.GetUtcNow(), cancellationToken))
        {
            Log.Found(logger, id);
            if (!_counted.TryRemove(id, out _))
            {
                // Whoever was killed could not count it
                _ended[id] = database;
            }
        }
    }

    /// <summary>Removes what they left in storage, which takes as long as storage takes.</summary>
    public async Task CleanUpAsync(RunLock held, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(held);
        // Killed between the manifest and the row's update, one did make its backup
        var stored = new Dictionary<string, IReadOnlySet<string>>();
        foreach (var shelf in shelves.All)
        {
            await TryAsync(shelf, async () => stored[shelf.Name] = (await shelf.ListAsync(cancellationToken)).Select(backup => backup.Name.Id).ToHashSet());
        }

        await store.CorrectAsync(stored, cancellationToken);
        foreach (var (id, database) in _ended)
        {
            if (_ended.TryRemove(id, out _) && !stored.Values.Any(ids => ids.Contains(id)))
            {
                metrics.NotCompleted(database);
            }
        }

        foreach (var shelf in shelves.All)
        {
            await TryAsync(shelf, () => RemoveAsync(shelf, cancellationToken));
        }
    }

    private async Task TryAsync(BackupShelf shelf, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (StorageException exception)
        {
            // It must not keep the other destinations from having their backups
            Log.NotCleanedUp(logger, shelf.Name, exception.Message);
        }
    }

    private async Task RemoveAsync(BackupShelf shelf, CancellationToken cancellationToken)
    {
        var abandoned = await store.AbandonedAsync(shelf.Name, cancellationToken);
        var halfRemoved = await removals.ListAsync(shelf.Name, cancellationToken);
        await shelf.RemoveLeftoversAsync(name => abandoned.Contains(name.Id) || halfRemoved.Contains(name.ToString()), cancellationToken);
        await removals.ClearAsync(shelf.Name, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Run {Id} was interrupted by the end of its process")]
        public static partial void Found(ILogger logger, string id);

        [LoggerMessage(LogLevel.Warning, "What interrupted runs left in the destination {Name} is not removed yet: {Reason}")]
        public static partial void NotCleanedUp(ILogger logger, string name, string reason);
    }
}
