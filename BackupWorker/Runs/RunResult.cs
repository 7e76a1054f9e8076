using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>How a run ended: with a backup, or with an error.</summary>
internal sealed record RunResult(string Id, BackupManifest? Manifest, string? Error);
