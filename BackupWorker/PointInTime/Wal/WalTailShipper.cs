using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// Stores the segment that is being filled, again and again: each time under a new name, then the file that says which one counts, and
/// then the one before goes. Whenever this is interrupted, one whole tail counts.
/// </summary>
internal sealed class WalTailShipper(IBackupStorage storage, string label, ulong system, ArchiveCodec codec, SealedFiles files)
{
    private WalSegment? _segment;
    private string _path = "";
    private long _scanned;
    private long _stored;
    private long _number;
    private List<string> _old = [];

    /// <summary>Stores it if it has grown.</summary>
    /// <returns>The bytes that the destination holds of it; nothing if it is whole by now.</returns>
    public async Task<long?> ShipAsync(SpoolFolder folder, WalSegment segment, CancellationToken cancellationToken)
    {
        await using var content = WalTail.TryOpen(folder.PathOf(segment));
        if (content is null)
        {
            return null;
        }

        await BeginAsync(segment, cancellationToken);
        _scanned = await WalTail.LengthAsync(content, folder.PathOf(segment) == _path ? _scanned : 0, cancellationToken);
        _path = folder.PathOf(segment);
        if (_scanned > _stored)
        {
            content.Position = 0;
            await StoreAsync(segment, content, File.GetLastWriteTimeUtc(_path), cancellationToken);
        }

        // Longer than ours while pg_receivewal starts the segment anew
        return _stored;
    }

    /// <summary>The bytes that the destination holds of a segment that is not whole there.</summary>
    public async Task<long> StoredAsync(WalSegment segment, CancellationToken cancellationToken)
    {
        await BeginAsync(segment, cancellationToken);
        return _stored;
    }

    /// <summary>Removes the tails of a segment that is stored as a whole, also those of a process before us.</summary>
    public async Task RemoveAsync(WalSegment segment, CancellationToken cancellationToken)
    {
        await storage.DeleteAsync(Name(segment, WalFileKind.TailFacts).ToString(), cancellationToken);
        foreach (var file in await TailsAsync(segment, cancellationToken))
        {
            await storage.DeleteAsync(file, cancellationToken);
        }

        _segment = null;
    }

    private WalFileName Name(WalSegment segment, WalFileKind kind, long number = 0) =>
        new(label, system, segment.Name, kind, number, kind == WalFileKind.Tail ? codec.Suffix : "");

    /// <summary>Goes on after what a process before us stored, which must not be replaced by less.</summary>
    private async Task BeginAsync(WalSegment segment, CancellationToken cancellationToken)
    {
        if (_segment == segment)
        {
            return;
        }

        (_stored, _number) = (0, 0);
        _old = await TailsAsync(segment, cancellationToken);
        foreach (var file in _old)
        {
            _number = WalFileName.TryParse(file, out var name) ? Math.Max(_number, name.Number) : _number;
        }

        try
        {
            var facts = await files.ReadAsync<WalFacts>(
                storage, Name(segment, WalFileKind.TailFacts).ToString(), facts => facts.Archive, cancellationToken);
            _stored = facts.Archive.ContentSize;
        }
        catch (Exception exception) when (exception is StorageFileMissingException or ArchiveDamagedException or BackupException)
        {
            // None yet, or none that anybody could restore
        }

        _segment = segment;
    }

    private async Task StoreAsync(WalSegment segment, Stream content, DateTime receivedAt, CancellationToken cancellationToken)
    {
        var length = _scanned;
        var file = Name(segment, WalFileKind.Tail, _number + 1).ToString();
        ArchiveFacts archive;
        await using (var writer = await storage.CreateAsync(file, cancellationToken))
        {
            archive = await codec.WriteAsync(file, new WalTail.Start(content, length), writer.Content, progress: null, cancellationToken);
            await writer.CommitAsync(cancellationToken);
        }

        _number++;
        await files.WriteAsync(
            storage,
            Name(segment, WalFileKind.TailFacts).ToString(),
            new WalFacts(WalFacts.CurrentVersion, segment.Name, segment.Size, file, new(receivedAt, TimeSpan.Zero), archive),
            cancellationToken);
        _stored = length;
        foreach (var old in _old)
        {
            await storage.DeleteAsync(old, cancellationToken);
        }

        _old = [file];
    }

    private async Task<List<string>> TailsAsync(WalSegment segment, CancellationToken cancellationToken)
    {
        var tails = new List<string>();
        await foreach (var file in storage.ListAsync($"{WalFileName.Prefix(label, system)}{segment.Name}.tail-", cancellationToken))
        {
            if (WalFileName.TryParse(file.Name, out _))
            {
                tails.Add(file.Name);
            }
        }

        return tails;
    }
}
