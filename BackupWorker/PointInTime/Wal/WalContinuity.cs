using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// Whether each destination has a base backup from which its log goes on without a gap. After a new or lost slot, or in a new destination, there
/// is none until one is made.
/// </summary>
internal sealed partial class WalContinuity
{
    /// <summary>The log of a restart gets into storage in that time.</summary>
    private static readonly TimeSpan Eager = TimeSpan.FromMinutes(1);

    /// <summary>A look lists all of the log, and what it waits for is somebody who makes a base backup.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly BackupDestinations _destinations;
    private readonly IOptions<PointInTimeOptions> _options;
    private readonly SealedFiles _files;
    private readonly WalReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger<WalContinuity> _logger;
    private ReceivedLog? _received;

    public WalContinuity(
        BackupDestinations destinations,
        IOptions<PointInTimeOptions> options,
        SealedFiles files,
        WalReader reader,
        IMeterFactory meters,
        TimeProvider time,
        ILogger<WalContinuity> logger)
    {
        (_destinations, _options, _files, _reader, _time, _logger) = (destinations, options, files, reader, time, logger);
        meters.Create(BackupsMetrics.MeterName).CreateObservableGauge(
            "prodready.backups.wal.gap",
            Gaps,
            "1",
            "1 where a destination cannot bring back what is written now, since its log goes on from no base backup, else 0. The alert to set.");
    }

    /// <summary>Where there is a gap, as a sentence; nothing while another replica receives the log.</summary>
    public string? WhyNot
    {
        get
        {
            lock (_lock)
            {
                var lacking = _destinations.All.Where(storage => _received?.Lacking.Contains(storage) == true).Select(storage => storage.Location).ToList();
                return lacking.Count == 0
                    ? null
                    : $"{string.Join(" and ", lacking)} cannot bring back what is written now: the write-ahead log has a gap after the newest base backup "
                        + "there, or there is none. Make one: prodready backup base.";
            }
        }
    }

    /// <summary>The log is received from a segment on, before which storage should hold it.</summary>
    public void Begin(ulong system, WalSegment first)
    {
        lock (_lock)
        {
            var received = new ReceivedLog(system, first, _time.GetTimestamp());
            if (_received?.System == system)
            {
                // What was so a moment ago is so until the next look
                received.Lacking.UnionWith(_received.Lacking);
            }

            _received = received;
        }
    }

    /// <summary>Another replica may receive the log.</summary>
    public void End()
    {
        lock (_lock)
        {
            _received = null;
        }
    }

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

            (log, unproved) = (received, [.. _destinations.All.Where(storage => !received.Proved.Contains(storage))]);
            log.LookedAt = _time.GetTimestamp();
        }

        foreach (var storage in unproved)
        {
            await CheckAsync(storage, log, cancellationToken);
        }
    }

    private bool IsDue(ReceivedLog log) =>
        log.LookedAt is not { } lookedAt || _time.GetElapsedTime(log.Since) < Eager || _time.GetElapsedTime(lookedAt) >= Interval;

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
                Log.NotChecked(_logger, FailureSentence.IsExpected(exception) ? null : exception, storage.Location, FailureSentence.Of(exception));
            }
        }
    }

    private async Task<bool> GoesOnAsync(IBackupStorage storage, ulong system, WalSegment first, CancellationToken cancellationToken)
    {
        var bases = (await new BaseShelf(storage, _options.Value.Label, _files).ListAsync(cancellationToken))
            .Where(one => one.Error is null && one.Manifest!.SystemNumber == system)
            .Select(one => one.Manifest!)
            .ToList();
        if (bases.Count == 0)
        {
            return false;
        }

        var wal = await WalInventory.ReadAsync(storage, WalFileName.Prefix(_options.Value.Label, system), cancellationToken);
        var timeline = await _reader.ReadTimelineAsync(storage, bases[0], first.Timeline, wal, cancellationToken);
        List<WalSegment> listed =
        [
            first,
            .. wal.Whole.Select(name => WalSegment.TryParse(name, first.Size, out var segment) ? segment : (WalSegment?)null).OfType<WalSegment>(),
        ];
        return bases.Exists(one => timeline.Continues(one)
            && timeline.Needed(listed, one).All(segment => segment.Number >= first.Number || wal.Whole.Contains(segment.Name)));
    }

    private IEnumerable<Measurement<int>> Gaps()
    {
        lock (_lock)
        {
            return _received is not { } received
                ? []
                // Of which it is not known yet, nothing is said
                : [
                    .. from storage in _destinations.All
                       where received.Lacking.Contains(storage) || received.Proved.Contains(storage)
                       select new Measurement<int>(
                           received.Lacking.Contains(storage) ? 1 : 0, new KeyValuePair<string, object?>("destination", storage.Name)),
                ];
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
        public static partial void NotChecked(ILogger _logger, Exception? exception, string location, string reason);
    }
}
