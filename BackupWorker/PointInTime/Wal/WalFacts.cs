using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What makes a stored file of the log exist, and what reading it must come to.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Name">The file's name in the server's log.</param>
/// <param name="SegmentSize">The bytes of a whole segment. A tail is filled up to it with zeros, as the server's own files are.</param>
/// <param name="File">The stored file.</param>
/// <param name="ReceivedAt">When its last byte came from the server, by our clock.</param>
/// <param name="Archive">What reading it must come to.</param>
internal sealed record WalFacts(int Version, string Name, long SegmentSize, string File, DateTimeOffset ReceivedAt, ArchiveFacts Archive)
{
    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 1;
}
