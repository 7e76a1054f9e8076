using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>Tries the folder at start: a backup that cannot be written is better found now than at two in the morning.</summary>
internal sealed class ValidateBackupsOptions : IValidateOptions<BackupsOptions>
{
    public ValidateOptionsResult Validate(string? name, BackupsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Directory))
        {
            return ValidateOptionsResult.Fail(
                "BACKUP_DIR (Backups:Directory) is empty. Example: /var/backups/prodready");
        }

        return WritableFolder.WhyNot(options.Directory) is { } reason
            ? ValidateOptionsResult.Fail(
                $"BACKUP_DIR (Backups:Directory) is '{options.Directory}', which {reason}. Example: /var/backups/prodready")
            : ValidateOptionsResult.Success;
    }
}
