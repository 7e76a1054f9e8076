using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>What is to go.</summary>
/// <param name="Bases">Base backups.</param>
/// <param name="Wal">Files of the log.</param>
internal sealed record PointInTimePlan(IReadOnlyList<BackupName> Bases, IReadOnlyList<StoredWal> Wal);
