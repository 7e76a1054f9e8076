namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What storing a spool came to.</summary>
/// <param name="Position">Up to where every destination holds the log.</param>
/// <param name="IsComplete">Whether every destination holds all that was in the spool.</param>
internal sealed record WalShipment(WalPosition Position, bool IsComplete);
