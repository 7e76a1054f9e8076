using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What a destination holds of one server's log.</summary>
/// <param name="Files">Every file of it.</param>
internal sealed record WalInventory(IReadOnlyList<StoredWal> Files)
{
    private readonly HashSet<string> _whole = WholeOf(Files);

    /// <summary>The names of whole segments and histories that can be read.</summary>
    public IReadOnlyCollection<string> Whole => _whole;

    /// <summary>The names of segments of which there is a tail, and not the whole.</summary>
    public IReadOnlyList<string> Tails =>
        [.. Files.Where(file => file.Name.Kind == WalFileKind.TailFacts && !_whole.Contains(file.Name.Name)).Select(file => file.Name.Name)];

    /// <summary>Lists a destination.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static async Task<WalInventory> ReadAsync(IBackupStorage storage, string prefix, CancellationToken cancellationToken)
    {
        var files = new List<StoredWal>();
        await foreach (var file in storage.ListAsync(prefix, cancellationToken))
        {
            if (WalFileName.TryParse(file.Name, out var name))
            {
                files.Add(new(name, file));
            }
        }

        return new(files);
    }

    /// <summary>Whether all of these segments are whole.</summary>
    public bool Covers(WalSegment first, WalSegment last)
    {
        for (var segment = first; segment.Number <= last.Number; segment = segment.Next)
        {
            if (!_whole.Contains(segment.Name))
            {
                return false;
            }
        }

        return true;
    }

    private static HashSet<string> WholeOf(IReadOnlyList<StoredWal> files)
    {
        var whole = NamesOf(files, WalFileKind.Whole);
        // Without its size and hash nobody reads it
        whole.IntersectWith(NamesOf(files, WalFileKind.Facts));
        return whole;
    }

    private static HashSet<string> NamesOf(IReadOnlyList<StoredWal> files, WalFileKind kind) =>
        [.. files.Where(file => file.Name.Kind == kind).Select(file => file.Name.Name)];
}
