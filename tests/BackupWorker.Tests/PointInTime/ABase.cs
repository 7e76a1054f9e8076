using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>Manifests of base backups.</summary>
internal static class ABase
{
    public const ulong System = 0xabc;

    /// <summary>One that begins and ends in a segment.</summary>
    public static BaseManifest Of(WalSegment segment, string id = "aaaaaaaa", DateTimeOffset at = default, string file = "", ulong system = System) => new()
    {
        Version = BaseManifest.CurrentVersion,
        Id = id,
        Label = "server",
        StartedAt = at,
        EndedAt = at,
        System = $"{system:x16}",
        Timeline = segment.Timeline,
        StartPosition = segment.Start.ToString(),
        EndPosition = new WalPosition(segment.Start.Value + 50).ToString(),
        SegmentSize = segment.Size,
        ServerVersion = "15.1",
        ToolVersion = "15.1",
        File = file,
        Archive = new(0, "", 0, ArchiveCompression.Zstd, null),
    };
}
