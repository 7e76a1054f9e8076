using System.Text;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A folder with base backups and log, of which the names and manifests are real and the segments are empty.</summary>
internal sealed class StoredLog(string folder, IBackupStorage storage, SealedFiles files, ArchiveCodec codec)
{
    public const long SegmentSize = 1 << 20;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static WalSegment Segment(int number, uint timeline = 1) => new(timeline, (ulong)number, SegmentSize);

    /// <summary>A base backup that begins and ends in a segment, made on that day of the month.</summary>
    public async Task<BaseManifest> BaseAsync(
        int segment, ulong system = ABase.System, uint timeline = 1, Func<BaseManifest, BaseManifest>? change = null)
    {
        var name = new BackupName("server", new(2026, 11, segment, 0, 0, 0, TimeSpan.Zero), $"{segment:D8}");
        await File.WriteAllTextAsync(Path.Combine(folder, name.TarFile(".zst.enc")), "", Cancelled);
        var manifest = ABase.Of(Segment(segment, timeline), name.Id, name.StartedAt, name.TarFile(".zst.enc"), system);
        manifest = change?.Invoke(manifest) ?? manifest;
        await files.WriteAsync(storage, name.ManifestFile(), manifest, Cancelled);
        return manifest;
    }

    public void Wal(int segment, uint timeline = 1)
    {
        foreach (var kind in new[] { WalFileKind.Whole, WalFileKind.Facts })
        {
            File.WriteAllText(Path.Combine(folder, new WalFileName("server", ABase.System, Segment(segment, timeline).Name, kind).ToString()), "");
        }
    }

    /// <summary>The history of the second timeline.</summary>
    public async Task HistoryAsync(string history)
    {
        var name = WalTimeline.HistoryOf(2);
        var file = new WalFileName("server", ABase.System, name, WalFileKind.Whole, Encoding: codec.Suffix).ToString();
        ArchiveFacts archive;
        await using (var writer = await storage.CreateAsync(file, Cancelled))
        {
            archive = await codec.WriteAsync(file, new MemoryStream(Encoding.UTF8.GetBytes(history)), writer.Content, progress: null, Cancelled);
            await writer.CommitAsync(Cancelled);
        }

        await files.WriteAsync(
            storage,
            new WalFileName("server", ABase.System, name, WalFileKind.Facts).ToString(),
            new WalFacts(WalFacts.CurrentVersion, name, SegmentSize, file, default, archive),
            Cancelled);
    }
}
