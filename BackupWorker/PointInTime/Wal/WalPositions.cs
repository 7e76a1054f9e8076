namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>How far the log is.</summary>
/// <param name="Server">On the server's disk.</param>
/// <param name="Received">On ours, if pg_receivewal is connected.</param>
internal sealed record WalPositions(WalPosition Server, WalPosition? Received);
