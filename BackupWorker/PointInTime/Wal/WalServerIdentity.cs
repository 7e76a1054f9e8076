namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>What a server is.</summary>
/// <param name="System">The number that it got when it was set up; copies of it have the same.</param>
/// <param name="Timeline">The timeline that it writes.</param>
/// <param name="SegmentSize">The bytes of each of its log's files.</param>
/// <param name="Version">Its version.</param>
/// <param name="Tablespaces">How many it has besides its own two.</param>
internal sealed record WalServerIdentity(ulong System, uint Timeline, long SegmentSize, Version Version, int Tablespaces);
