using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>A base backup, to be kept or not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="System">The server's system identifier, if its manifest can be read.</param>
/// <param name="First">The first file of the log that it needs, if its manifest can be read.</param>
/// <param name="IsGood">
/// Whether it can be restored, and what the server is now: it is whole, the log that it needs is there, and the server's timeline goes through it.
/// </param>
internal sealed record BaseCandidate(BackupName Name, ulong? System, WalSegment? First, bool IsGood);
