using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>One server's log in all destinations.</summary>
/// <param name="Places">Who holds which file, and as what: whole, or its tail.</param>
/// <param name="Unread">The destinations that could not be listed, and may hold more.</param>
internal sealed record WalListing(
    IReadOnlyDictionary<string, List<(IBackupStorage Storage, WalFileKind Facts)>> Places, IReadOnlyList<string> Unread);
