using System.Collections.Concurrent;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// Stores one server's log in one destination. Each destination has its own, so that one which fails or is slow does not hold the others
/// up, and is caught up from the spool afterwards.
/// </summary>
internal sealed class WalShipper(IBackupStorage storage, string label, ulong system, ArchiveCodec codec, SealedFiles files, WalMetrics metrics)
{
    private readonly WalTailShipper _tail = new(storage, label, system, codec, files);
    private ConcurrentDictionary<string, byte>? _held;
    private long _position;

    /// <summary>The destination.</summary>
    public IBackupStorage Storage => storage;

    /// <summary>Up to where the destination holds the log, of the spool that was shipped last.</summary>
    public WalPosition Position
    {
        get => new((ulong)Interlocked.Read(ref _position));
        private set => Interlocked.Exchange(ref _position, (long)value.Value);
    }

    /// <summary>Stores what is in the spool and not yet in the destination.</summary>
    /// <param name="folder">The spool.</param>
    /// <param name="received">Up to where the spool held the log before this, if that is known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StorageException">It fails; what was stored until then counts.</exception>
    public async Task ShipAsync(SpoolFolder folder, WalPosition? received, CancellationToken cancellationToken)
    {
        // This first: what comes before it is whole then
        var tail = folder.Tail();
        var held = _held ??= new(
            (await WalInventory.ReadAsync(storage, WalFileName.Prefix(label, system), cancellationToken)).Whole
                .Select(name => KeyValuePair.Create(name, default(byte))));
        foreach (var name in folder.Whole())
        {
            if (!held.ContainsKey(name))
            {
                await ShipWholeAsync(folder, name, cancellationToken);
                held[name] = default;
                metrics.Stored(storage);
            }

            if (WalSegment.TryParse(name, folder.SegmentSize, out var segment))
            {
                Position = WalPosition.Max(Position, segment.End);
            }
        }

        if (tail is { } last && !held.ContainsKey(last.Name)
            && await _tail.ShipAsync(folder, last, cancellationToken) is { } length)
        {
            // Zeros at the end of what was received are not counted by the length, and are held all the same
            var position = new WalPosition(last.Start.Value + (ulong)length);
            Position = WalPosition.Max(
                Position, received is { } known && known > position ? new(Math.Min(known.Value, last.End.Value)) : position);
        }
    }

    /// <summary>Whether the destination holds a file of the log.</summary>
    public bool Holds(string name) => _held?.ContainsKey(name) == true;

    private WalFileName Name(string name, WalFileKind kind) =>
        new(label, system, name, kind, Encoding: kind == WalFileKind.Whole ? codec.Suffix : "");

    private async Task ShipWholeAsync(SpoolFolder folder, string name, CancellationToken cancellationToken)
    {
        var file = Name(name, WalFileKind.Whole).ToString();
        var isSegment = WalSegment.TryParse(name, folder.SegmentSize, out var segment);
        await using var content = OwnedFile.Open(folder.PathOf(name));
        if (isSegment)
        {
            await RequireWholeAsync(content, segment, cancellationToken);
        }

        await using var writer = await storage.CreateAsync(file, cancellationToken);
        var archive = await codec.WriteAsync(file, content, writer.Content, progress: null, cancellationToken);
        await writer.CommitAsync(cancellationToken);
        var receivedAt = new DateTimeOffset(File.GetLastWriteTimeUtc(folder.PathOf(name)), TimeSpan.Zero);
        await files.WriteAsync(
            storage,
            Name(name, WalFileKind.Facts).ToString(),
            new WalFacts(WalFacts.CurrentVersion, name, folder.SegmentSize, file, receivedAt, archive),
            cancellationToken);
        if (isSegment)
        {
            await _tail.RemoveAsync(segment, cancellationToken);
        }
    }

    /// <summary>A disk that lost a part of it must not make us replace what storage holds.</summary>
    private async Task RequireWholeAsync(FileStream content, WalSegment segment, CancellationToken cancellationToken)
    {
        if (content.Length != segment.Size)
        {
            throw new StorageException($"{content.Name} is no whole segment: it has {content.Length} bytes of {segment.Size}.");
        }

        if (await _tail.StoredAsync(segment, cancellationToken) is var stored and > 0)
        {
            var length = await WalTail.LengthAsync(content, 0, cancellationToken);
            content.Position = 0;
            if (length < stored)
            {
                throw new StorageException(
                    $"{content.Name} is not stored: it holds {length} bytes of the log, and what {storage.Location} has of the segment holds {stored}.");
            }
        }
    }
}
