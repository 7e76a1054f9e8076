using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What was fetched of the log.</summary>
/// <param name="Files">How many segments.</param>
/// <param name="Last">The last of them without a gap before it.</param>
/// <param name="LastIsTail">Whether that one was being filled when it was stored.</param>
/// <param name="Missing">The first segment that could not be fetched as a whole, though it, or a later one, is listed.</param>
internal sealed record WalFetch(int Files, WalSegment? Last, bool LastIsTail, WalSegment? Missing)
{
    /// <summary>Whether PostgreSQL read all of it, by the position of the last record that it recovered.</summary>
    public bool IsReadBy(WalPosition? redoneUntil) =>
        Last is { } last && redoneUntil is { } position
        // The beginning of a segment may hold the end of a record, or the first half of one, and nothing more
        && (position >= last.Start || (LastIsTail && position.Value >= last.Start.Value - (ulong)last.Size));
}
