using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>A part of a timeline's log.</summary>
/// <param name="Timeline">The timeline that wrote it.</param>
/// <param name="Begin">Where it begins.</param>
/// <param name="End">Where the next timeline branched off; nothing for the last one.</param>
internal readonly record struct WalTimelinePart(uint Timeline, WalPosition Begin, WalPosition? End);
