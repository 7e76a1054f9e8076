using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>One line of the listing: a backup that exists, or a run that made none.</summary>
/// <param name="Id">Names it in URLs and on the command line.</param>
/// <param name="Database">What was backed up.</param>
/// <param name="Status"><c>running</c>, <c>ok</c>, <c>failed</c> or <c>corrupt</c>.</param>
/// <param name="Size">The archive's bytes, once there is one.</param>
/// <param name="Sha256">The archive's SHA-256 in lower-case hexadecimal.</param>
/// <param name="StartedAt">When the run started.</param>
/// <param name="CompletedAt">When it ended.</param>
/// <param name="Error">What is wrong, in a sentence.</param>
internal sealed record BackupSummary(
    string Id,
    string Database,
    string Status,
    long? Size,
    string? Sha256,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string? Error)
{
    public static BackupSummary Of(StoredBackup backup) => new(
        backup.Manifest.Id,
        backup.Manifest.Database,
        backup.Damage is null ? RunStatus.Ok : RunStatus.Corrupt,
        backup.Manifest.Size,
        backup.Manifest.Sha256,
        backup.Manifest.StartedAt,
        backup.Manifest.CompletedAt,
        backup.Damage);

    public static BackupSummary Of(BackupRun run) =>
        new(run.Id, run.Database, run.Status, null, null, run.StartedAt, run.CompletedAt, run.Error);
}
