using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Archives;

/// <summary>How an archive is cut into pieces.</summary>
/// <param name="BlockSize">The bytes of content that are compressed together. Readers take any size up to 8 MiB.</param>
/// <param name="Segments">The encryption's segments.</param>
internal sealed record ArchiveLayout(int BlockSize, SegmentFormat Segments)
{
    /// <summary>
    /// What the service writes. Smaller blocks cost some of the ratio, larger ones memory; from 1 to 4 MiB a dump shrinks by half a percent
    /// more.
    /// </summary>
    public static readonly ArchiveLayout Default = new(1024 * 1024, SegmentFormat.Archive);
}
