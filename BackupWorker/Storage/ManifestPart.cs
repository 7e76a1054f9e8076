using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.Storage;

/// <summary>One file of a backup.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="File">Its name in storage.</param>
/// <param name="Facts">What reading it must come to.</param>
internal sealed record ManifestPart(PartKind Kind, string File, ArchiveFacts Facts);
