using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>All that is known about one backup or run; what only a backup has is absent from a run without one.</summary>
internal sealed record BackupDetails(
    string Id,
    string Database,
    string Status,
    long? Size,
    long? ContentSize,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string? Trigger,
    string? Error,
    IReadOnlyList<BackupCopy> Copies,
    RunProgressView? Progress,
    IReadOnlyList<string>? Warnings,
    IReadOnlyList<BackupFile>? Files,
    string? ToolVersion,
    string? ServerVersion,
    string? WalPosition,
    long? LargeObjects,
    IReadOnlyList<TableRows>? Tables)
{
    /// <summary>Joins what is known.</summary>
    public static BackupDetails Of(BackupSummary summary, BackupManifest? manifest) => new(
        summary.Id,
        summary.Database,
        summary.Status,
        summary.Size,
        manifest?.ContentSize,
        summary.StartedAt,
        summary.CompletedAt,
        summary.Trigger,
        summary.Error,
        summary.Copies,
        summary.Progress,
        manifest?.Warnings,
        manifest is null ? null : [.. manifest.Parts.Select(BackupFile.Of)],
        manifest?.ToolVersion,
        manifest?.ServerVersion,
        manifest?.WalPosition,
        manifest?.Content.LargeObjects,
        manifest?.Content.Tables);
}
