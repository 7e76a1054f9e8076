using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>Removes base backups beyond the number that is kept, and the log that only they need, in each destination by what that one holds.</summary>
internal sealed partial class BasePruner(
    BackupDestinations destinations,
    IOptions<PointInTimeOptions> options,
    IOptions<ScheduleOptions> schedule,
    SealedFiles files,
    WalReader reader,
    ILogger<BasePruner> logger)
{
    /// <summary>A base backup that is made by hand beside a weekly one counts, and one that is made twice in a night does not.</summary>
    private static readonly TimeSpan LongestApart = TimeSpan.FromHours(12);

    /// <summary>Where somebody else's schedule makes them, which may be hourly.</summary>
    private static readonly TimeSpan ShortestApart = TimeSpan.FromHours(1);

    /// <summary>How far apart two base backups have to be to count as two.</summary>
    private TimeSpan Apart => schedule.Value.Read(options.Value.Cron) is not { } own ? ShortestApart
        : own.Interval / 2 < LongestApart ? own.Interval / 2
        : LongestApart;

    /// <summary>Removes. Only the holder of the lock of base backups may call it.</summary>
    /// <param name="newest">
    /// The one that was just made, of the server that is backed up and its timeline: what other stacks keep of others is theirs.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What could not be removed, as sentences.</returns>
    public async Task<IReadOnlyList<string>> PruneAsync(BaseManifest newest, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var storage in destinations.All)
        {
            try
            {
                await PruneAsync(storage, newest, cancellationToken);
            }
            catch (StorageException exception)
            {
                failures.Add($"What is no longer needed in {storage.Location} is not removed: {exception.Message}");
            }
        }

        return failures;
    }

    private async Task PruneAsync(IBackupStorage storage, BaseManifest newest, CancellationToken cancellationToken)
    {
        var shelf = new BaseShelf(storage, options.Value.Label, files);
        var bases = await shelf.ListAsync(cancellationToken);
        var wal = await WalInventory.ReadAsync(storage, WalFileName.Prefix(options.Value.Label, newest.SystemNumber), cancellationToken);
        var timeline = await reader.ReadTimelineAsync(storage, newest, newest.Timeline, wal, cancellationToken);
        var plan = PointInTimeRetention.Plan(
            newest.SystemNumber, [.. bases.Select(one => CandidateOf(one, wal, timeline))], wal.Files, options.Value.BasesKept, Apart);
        foreach (var name in plan.Bases)
        {
            await shelf.DeleteAsync(name, cancellationToken);
            Log.BaseRemoved(logger, name, storage.Name, options.Value.BasesKept);
        }

        // What makes a file exist goes first
        foreach (var file in plan.Wal.OrderByDescending(file => file.Name.Kind is WalFileKind.Facts or WalFileKind.TailFacts))
        {
            await storage.DeleteAsync(file.File.Name, cancellationToken);
        }

        Log.WalRemoved(logger, plan.Wal.Count, storage.Name);
    }

    private static BaseCandidate CandidateOf(StoredBase one, WalInventory wal, WalTimeline timeline) => one.Manifest is { } manifest
        ? new(
            one.Name,
            manifest.SystemNumber,
            manifest.First,
            one.Error is null && timeline.Continues(manifest) && wal.Covers(manifest.First, manifest.Last))
        : new(one.Name, null, null, IsGood: false);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed the base backup {Name} from {Destination}: newer ones are kept, {Kept} of them")]
        public static partial void BaseRemoved(ILogger logger, BackupName name, string destination, int kept);

        [LoggerMessage(LogLevel.Information, "Removed {Count} files of the write-ahead log from {Destination} that no base backup needs")]
        public static partial void WalRemoved(ILogger logger, int count, string destination);
    }
}
