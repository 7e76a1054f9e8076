using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>A stored file of the log.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file.</param>
internal sealed record StoredWal(WalFileName Name, StoredFile File);
