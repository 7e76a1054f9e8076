using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Reads files of the log, each from whichever destination holds it unharmed.</summary>
internal sealed class WalReader(BackupDestinations destinations, IOptions<PointInTimeOptions> options, SealedFiles files, ArchiveCodec codec)
{
    /// <summary>Lists the log of a base backup's server.</summary>
    /// <param name="manifest">The base backup.</param>
    /// <param name="say">Takes a line for each destination that cannot be read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WalListing> ListAsync(BaseManifest manifest, Action<string> say, CancellationToken cancellationToken)
    {
        var (whole, tails, unread) = (new List<(string, IBackupStorage)>(), new List<(string, IBackupStorage)>(), new List<string>());
        foreach (var storage in destinations.All)
        {
            try
            {
                var inventory = await WalInventory.ReadAsync(
                    storage, WalFileName.Prefix(options.Value.Label, manifest.SystemNumber), cancellationToken);
                whole.AddRange(inventory.Whole.Select(name => (name, storage)));
                tails.AddRange(inventory.Tails.Select(name => (name, storage)));
            }
            catch (StorageException exception)
            {
                unread.Add(storage.Location);
                say(exception.Message);
            }
        }

        var places = whole.Select(one => (Name: one.Item1, Place: (one.Item2, WalFileKind.Facts)))
            .Concat(tails.Select(one => (Name: one.Item1, Place: (one.Item2, WalFileKind.TailFacts))))
            .GroupBy(one => one.Name, one => one.Place)
            .ToDictionary(group => group.Key, group => group.ToList());
        return new(places, unread);
    }

    /// <summary>Reads one file; of several tails the longest.</summary>
    /// <param name="manifest">The base backup.</param>
    /// <param name="name">The file's name in the server's log.</param>
    /// <param name="listing">Who holds it.</param>
    /// <param name="create">Creates what takes it, for each try anew.</param>
    /// <param name="say">Takes a line for each copy that could not be used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Nothing if nobody has it unharmed.</returns>
    public async Task<WalCopy?> TryReadAsync(
        BaseManifest manifest, string name, WalListing listing, Func<Stream> create, Action<string> say, CancellationToken cancellationToken)
    {
        var (copies, isUnknown, longest) = (new List<(IBackupStorage Storage, WalFileKind Kind, WalFacts Facts)>(), false, 0L);
        foreach (var (storage, kind) in listing.Places.GetValueOrDefault(name) ?? [])
        {
            try
            {
                copies.Add((storage, kind, await FactsAsync(manifest, storage, name, kind, cancellationToken)));
            }
            catch (Exception exception) when (exception is ArchiveDamagedException or BackupException or StorageException)
            {
                // Also one under a key that is not configured any more: one file of many must not end the restore
                isUnknown = true;
                say(exception.Message);
            }
        }

        foreach (var (storage, kind, facts) in copies.OrderByDescending(copy => copy.Facts.Archive.ContentSize))
        {
            longest = Math.Max(longest, facts.Archive.ContentSize);
            try
            {
                await ReadAsync(storage, facts, create, cancellationToken);
                var isTail = kind == WalFileKind.TailFacts;
                return new(isTail, IsShort: isTail && (isUnknown || facts.Archive.ContentSize < longest));
            }
            catch (Exception exception) when (exception is ArchiveDamagedException or BackupException or StorageException)
            {
                say($"{exception.Message} ({storage.Location})");
            }
        }

        return null;
    }

    /// <summary>Reads a timeline of one destination. Without its history there, only base backups of the timeline itself can be a beginning of it.</summary>
    /// <param name="storage">The destination.</param>
    /// <param name="manifest">A base backup of the server.</param>
    /// <param name="number">The timeline.</param>
    /// <param name="wal">What the destination holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WalTimeline> ReadTimelineAsync(
        IBackupStorage storage, BaseManifest manifest, uint number, WalInventory wal, CancellationToken cancellationToken)
    {
        var name = WalTimeline.HistoryOf(number);
        if (!wal.Whole.Contains(name))
        {
            return WalTimeline.Read(number, "");
        }

        var listing = new WalListing(new Dictionary<string, List<(IBackupStorage, WalFileKind)>> { [name] = [(storage, WalFileKind.Facts)] }, []);
        var history = new MemoryStream();
        var copy = await TryReadAsync(manifest, name, listing, () => history = new(), _ => { }, cancellationToken);
        return WalTimeline.Read(number, copy is null ? "" : Encoding.UTF8.GetString(history.ToArray()));
    }

    private async Task<WalFacts> FactsAsync(
        BaseManifest manifest, IBackupStorage storage, string name, WalFileKind kind, CancellationToken cancellationToken)
    {
        var file = new WalFileName(options.Value.Label, manifest.SystemNumber, name, kind).ToString();
        var facts = await files.ReadAsync<WalFacts>(storage, file, facts => facts.Archive, cancellationToken);
        // Genuine facts of another file, put in this one's place, would pass for it
        if (facts.Version != WalFacts.CurrentVersion || facts.Name != name || facts.SegmentSize != manifest.SegmentSize
            || !WalFileName.TryParse(facts.File, out var stored)
            || (stored.Label, stored.System, stored.Name) != (options.Value.Label, manifest.SystemNumber, name))
        {
            throw new ArchiveDamagedException($"{file} in {storage.Location} describes another file.");
        }

        // Zeros in place of what is lacking would look like the log's end
        return kind == WalFileKind.TailFacts || SpoolFolder.IsHistory(name) || facts.Archive.ContentSize == facts.SegmentSize
            ? facts
            : throw new ArchiveDamagedException(
                $"{file} in {storage.Location} is no whole segment: it has {facts.Archive.ContentSize} bytes of {facts.SegmentSize}.");
    }

    private async Task ReadAsync(IBackupStorage storage, WalFacts facts, Func<Stream> create, CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenAsync(facts.File, cancellationToken);
        await using var content = create();
        await codec.ReadAsync(facts.File, facts.Archive, stored, content, progress: null, cancellationToken);
        await content.FlushAsync(cancellationToken);
        if (!SpoolFolder.IsHistory(facts.Name) && content.Length < facts.SegmentSize)
        {
            // The zeros that the tail was stored without
            content.SetLength(facts.SegmentSize);
        }
    }
}
