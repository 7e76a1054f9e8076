using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Backups have to go somewhere.</summary>
internal sealed class ValidateDestinations(IConfiguration configuration) : IValidateOptions<BackupsOptions>
{
    public ValidateOptionsResult Validate(string? name, BackupsOptions options) =>
        // Read past S3's own options, whose failures are theirs to report
        options.Directory == BackupDestinations.NoFolder
            && string.IsNullOrWhiteSpace(configuration[$"{S3Options.SectionName}:{nameof(S3Options.Bucket)}"])
            ? ValidateOptionsResult.Fail(
                "BACKUP_DIR (Backups:Directory) is none and BACKUP_S3_BUCKET (Backups:S3:Bucket) is empty, so that backups would go nowhere. "
                + "Set one of them. Example: BACKUP_S3_BUCKET=acme-backups")
            : ValidateOptionsResult.Success;
}
