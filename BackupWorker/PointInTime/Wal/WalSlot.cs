namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>The replication slot.</summary>
/// <param name="Position">The server keeps the log from here on.</param>
/// <param name="IsNew">Whether it was created just now, so that what came before may be gone.</param>
/// <param name="WasLost">Whether there was one that the server had given up, by <c>max_slot_wal_keep_size</c>.</param>
internal sealed record WalSlot(WalPosition Position, bool IsNew, bool WasLost);
