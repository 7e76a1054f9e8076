namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What was read of a file of the log.</summary>
/// <param name="IsTail">Whether it is a segment that was being filled when it was stored.</param>
/// <param name="IsShort">Whether another copy has, or may have, more of it, and could not be read.</param>
internal sealed record WalCopy(bool IsTail, bool IsShort);
