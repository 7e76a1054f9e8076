using System.Globalization;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// Where one pg_receivewal puts what it receives: <c>{label}-{system}-{segment size}-{id}</c> in the spool, so that what a killed process left
/// behind says itself what it is, and whose. Each pg_receivewal gets a folder of its own: one that outlived us cannot disturb its successor.
/// </summary>
internal sealed record SpoolFolder(string Path, ulong System, long SegmentSize)
{
    private const string PartialSuffix = ".partial";
    private const string LockFile = "owner.lock";
    private const string HistorySuffix = ".history";

    /// <summary>What tells it from all others.</summary>
    public string Id => Path[(Path.LastIndexOf('-') + 1)..];

    /// <summary>The bytes in it.</summary>
    public long Size => Files().Sum(file => file.Length);

    /// <summary>Makes one, from whose segment on pg_receivewal then streams: it goes on after what it finds.</summary>
    public static SpoolFolder Create(string spool, string label, ulong system, WalSegment first)
    {
        WritableFolder.Create(spool);
        var folder = new SpoolFolder(
            global::System.IO.Path.Combine(spool, $"{label}-{system:x16}-{first.Size}-{BackupName.NewId()}"), system, first.Size);
        WritableFolder.Create(folder.Path);
        // As pg_receivewal itself leaves one when it is killed between creating and filling it
        OwnedFile.Create(global::System.IO.Path.Combine(folder.Path, first.Name + PartialSuffix)).Dispose();
        return folder;
    }

    /// <summary>All of a label that are in the spool; those without one are from when it was no part of the name.</summary>
    public static IReadOnlyList<SpoolFolder> All(string spool, string label) => !Directory.Exists(spool)
        ? []
        : [.. Directory.EnumerateDirectories(spool).Order(StringComparer.Ordinal).Select(path => Read(path, label)).OfType<SpoolFolder>()];

    /// <summary>The segment that is being filled. To be asked before <see cref="Whole"/>: what comes before it is whole by then.</summary>
    public WalSegment? Tail()
    {
        var tails = Files()
            .Where(file => file.Name.EndsWith(PartialSuffix, StringComparison.Ordinal))
            .Select(file => WalSegment.TryParse(file.Name[..^PartialSuffix.Length], SegmentSize, out var segment) ? segment : (WalSegment?)null)
            .OfType<WalSegment>()
            .ToList();
        return tails.Count > 0 ? tails.Max() : null;
    }

    /// <summary>The names of whole segments and of timelines' histories, in the order in which they came.</summary>
    public IReadOnlyList<string> Whole() =>
    [
        .. Files().Select(file => file.Name).Where(name => WalSegment.TryParse(name, SegmentSize, out _) || IsHistory(name)).Order(StringComparer.Ordinal),
    ];

    /// <summary>All segments, whole or not.</summary>
    public IEnumerable<WalSegment> Segments()
    {
        foreach (var name in Files().Select(file => file.Name))
        {
            if (name.Length >= WalSegment.NameLength && WalSegment.TryParse(name[..WalSegment.NameLength], SegmentSize, out var segment))
            {
                yield return segment;
            }
        }
    }

    /// <summary>Where a file is.</summary>
    public string PathOf(string name) => global::System.IO.Path.Combine(Path, name);

    /// <summary>Where a segment is that is being filled.</summary>
    public string PathOf(WalSegment tail) => PathOf(tail.Name + PartialSuffix);

    /// <summary>Takes it for this process, which a killed one cannot keep.</summary>
    /// <returns>Nothing if a living one has it: replicas may have one spool.</returns>
    public FileStream? TryOwn()
    {
        try
        {
            return new(PathOf(LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Removes it and all that is in it.</summary>
    public void Delete() => Directory.Delete(Path, recursive: true);

    /// <summary>Whether this is the history of a timeline.</summary>
    public static bool IsHistory(string name) => name.EndsWith(HistorySuffix, StringComparison.Ordinal) && name.Length == 8 + HistorySuffix.Length;

    private static SpoolFolder? Read(string path, string label) =>
        global::System.IO.Path.GetFileName(path).Split('-') is [.. var owner, var system, var size, { Length: > 0 }]
        && (owner.Length == 0 || string.Join('-', owner) == label)
        && ulong.TryParse(system, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var segmentSize) && segmentSize > 0
            ? new(path, number, segmentSize)
            : null;

    private FileInfo[] Files() => new DirectoryInfo(Path) is { Exists: true } folder ? folder.GetFiles() : [];
}
