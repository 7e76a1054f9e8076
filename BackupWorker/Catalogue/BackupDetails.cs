using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>All that is known about one backup or run; what only a backup has is absent from a run without one.</summary>
internal sealed record BackupDetails(
    string Id,
    string Database,
    string Status,
    long? Size,
    string? Sha256,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string? Error,
    string? File,
    string? ToolVersion,
    string? ServerVersion,
    long? LargeObjects,
    IReadOnlyList<TableRows>? Tables)
{
    public static BackupDetails Of(BackupSummary summary, StoredBackup? backup) => new(
        summary.Id,
        summary.Database,
        summary.Status,
        summary.Size,
        summary.Sha256,
        summary.StartedAt,
        summary.CompletedAt,
        summary.Error,
        backup is null ? null : Path.GetFileName(backup.ArchivePath),
        backup?.Manifest.ToolVersion,
        backup?.Manifest.ServerVersion,
        backup?.Manifest.Content.LargeObjects,
        backup?.Manifest.Content.Tables);
}
