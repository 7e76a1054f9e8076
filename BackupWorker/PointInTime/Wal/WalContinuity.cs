using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// Whether each destination has a base backup from which its log goes on without a gap. After a new or lost slot, or in a new destination, there
/// is none until one is made.
/// </summary>
internal sealed partial class WalContinuity(
    BackupDestinations destinations,
    IOptions<PointInTimeOptions> options,
    SealedFiles files,
    WalReader reader,
    TimeProvider time,
    ILogger<WalContinuity> logger)
{
    /// <summary>The log of a restart gets into storage in that time.</summary>
    private static readonly TimeSpan Eager = TimeSpan.FromMinutes(1);

    /// <summary>A look lists all of the log, and what it waits for is somebody who makes a base backup.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private ReceivedLog? _received;

    /// <summary>Where there is a gap, as a sentence; nothing while another replica receives the log.</summary>
    public string? WhyNot
    {
        get
        {
            lock (_lock)
            {
                var lacking = destinations.All.Where(storage => _received?.Lacking.Contains(storage) == true).Select(storage => storage.Location).ToList();
                return lacking.Count == 0
                    ? null
                    : $"{string.Join(" and ", lacking)} cannot bring back what is written now: the write-ahead log has a gap after the newest base backup "
                        + "there, or there is none. Make one: prodready backup base.";
            }
        }
    }

    /// <summary>The log is received from a segment on, before which storage should hold it.</summary>
    public void Begin(ulong system, WalSegment first) => Set(new(system, first, time.GetTimestamp()));

    /// <summary>Another replica may receive the log.</summary>
    public void End() => Set(null);

    /// <summary>There may be something new: the next check looks, however soon it is.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            _received?.LookedAt = null;
        }
    }

    /// <summary>
    /// Looks at each destination of which it is not known yet that there is no gap: from then on, nothing is given up there without a new
    /// beginning.
    /// </summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        ReceivedLog log;
        List<IBackupStorage> unproved;
        lock (_lock)
        {
            if (_received is not { } received || !IsDue(received))
            {
                return;
            }

            (log, unproved) = (received, [.. destinations.All.Where(storage => !received.Proved.Contains(storage))]);
            log.LookedAt = time.GetTimestamp();
        }

        foreach (var storage in unproved)
        {
            await CheckAsync(storage, log, cancellationToken);
        }
    }

    private bool IsDue(ReceivedLog log) =>
        log.LookedAt is not { } lookedAt || time.GetElapsedTime(log.Since) < Eager || time.GetElapsedTime(lookedAt) >= Interval;

    private async Task CheckAsync(IBackupStorage storage, ReceivedLog log, CancellationToken cancellationToken)
    {
        try
        {
            var goesOn = await GoesOnAsync(storage, log.System, log.First, cancellationToken);
            lock (_lock)
            {
                _ = goesOn ? log.Proved.Add(storage) : log.Lacking.Add(storage);
                if (goesOn)
                {
                    log.Lacking.Remove(storage);
                }
            }
        }
        // Whatever it is: what is known stands, it is asked again, and the service must not end by it
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            bool isNew;
            lock (_lock)
            {
                isNew = log.Told.Add(storage);
            }

            if (isNew)
            {
                Log.NotChecked(logger, FailureSentence.IsExpected(exception) ? null : exception, storage.Location, FailureSentence.Of(exception));
            }
        }
    }

    private async Task<bool> GoesOnAsync(IBackupStorage storage, ulong system, WalSegment first, CancellationToken cancellationToken)
    {
        var bases = (await new BaseShelf(storage, options.Value.Label, files).ListAsync(cancellationToken))
            .Where(one => one.Error is null && one.Manifest!.SystemNumber == system)
            .Select(one => one.Manifest!)
            .ToList();
        if (bases.Count == 0)
        {
            return false;
        }

        var wal = await WalInventory.ReadAsync(storage, WalFileName.Prefix(options.Value.Label, system), cancellationToken);
        var timeline = await TimelineAsync(storage, bases[0], first.Timeline, wal, cancellationToken);
        List<WalSegment> listed =
        [
            first,
            .. wal.Whole.Select(name => WalSegment.TryParse(name, first.Size, out var segment) ? segment : (WalSegment?)null).OfType<WalSegment>(),
        ];
        return bases.Exists(one => timeline.Continues(one)
            && timeline.Needed(listed, one).All(segment => segment.Number >= first.Number || wal.Whole.Contains(segment.Name)));
    }

    /// <summary>Without its history here, only base backups of the timeline itself can be a beginning of it.</summary>
    private async Task<WalTimeline> TimelineAsync(
        IBackupStorage storage, BaseManifest manifest, uint number, WalInventory wal, CancellationToken cancellationToken)
    {
        var name = WalTimeline.HistoryOf(number);
        if (!wal.Whole.Contains(name))
        {
            return WalTimeline.Read(number, "");
        }

        var listing = new WalListing(new Dictionary<string, List<(IBackupStorage, WalFileKind)>> { [name] = [(storage, WalFileKind.Facts)] }, []);
        var history = new MemoryStream();
        var copy = await reader.TryReadAsync(manifest, name, listing, () => history = new(), _ => { }, cancellationToken);
        return WalTimeline.Read(number, copy is null ? "" : Encoding.UTF8.GetString(history.ToArray()));
    }

    private void Set(ReceivedLog? received)
    {
        lock (_lock)
        {
            _received = received;
        }
    }

    /// <summary>What is known since the log is received.</summary>
    private sealed class ReceivedLog(ulong system, WalSegment first, long since)
    {
        public ulong System => system;

        public WalSegment First => first;

        public long Since => since;

        public HashSet<IBackupStorage> Proved { get; } = [];

        public HashSet<IBackupStorage> Lacking { get; } = [];

        /// <summary>Those of which it was told already that they cannot be read.</summary>
        public HashSet<IBackupStorage> Told { get; } = [];

        public long? LookedAt { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Whether the write-ahead log in {Location} goes on from a base backup is not known, and is asked again: {Reason}")]
        public static partial void NotChecked(ILogger logger, Exception? exception, string location, string reason);
    }
}
