namespace ProdReady.BackupWorker.Storage;

/// <summary>A backup that storage holds.</summary>
/// <param name="Name">Its files' common name.</param>
/// <param name="Manifest">What its manifest says.</param>
/// <param name="ArchivePath">Its archive.</param>
/// <param name="Damage">What is plainly wrong with the archive (missing, another size), else nothing.</param>
internal sealed record StoredBackup(BackupName Name, BackupManifest Manifest, string ArchivePath, string? Damage);
