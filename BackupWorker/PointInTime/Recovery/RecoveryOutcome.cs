using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What recovering came to.</summary>
/// <param name="Error">Why it did not succeed, in sentences; nothing if it did.</param>
/// <param name="LastCommit">When the last transaction was committed that was recovered.</param>
/// <param name="RedoneUntil">Where the last record begins that was recovered.</param>
internal sealed record RecoveryOutcome(string? Error, DateTimeOffset? LastCommit, WalPosition? RedoneUntil);
