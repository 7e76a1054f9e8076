using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>A copy of a base backup that a destination holds.</summary>
/// <param name="Name">Its files' common name.</param>
/// <param name="Storage">The destination.</param>
/// <param name="Manifest">What its manifest says; nothing if it cannot be used.</param>
/// <param name="Error">Why it cannot be restored, in a sentence.</param>
internal sealed record StoredBase(BackupName Name, IBackupStorage Storage, BaseManifest? Manifest, string? Error);
