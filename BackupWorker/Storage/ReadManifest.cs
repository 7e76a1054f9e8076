namespace ProdReady.BackupWorker.Storage;

/// <summary>A manifest that was read.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Unproved">Why nobody knows whether it is genuine, else nothing.</param>
internal sealed record ReadManifest(BackupManifest Manifest, string? Unproved);
