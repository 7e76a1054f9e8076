using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>
/// Tries the folder: a backup that cannot be written is better found now than at two in the morning. The service's alone: where what is
/// left of a disk can only be read, the command line restores from it all the same.
/// </summary>
internal sealed class ValidateBackupFolder : IValidateOptions<BackupsOptions>
{
    public ValidateOptionsResult Validate(string? name, BackupsOptions options) =>
        !string.IsNullOrWhiteSpace(options.Directory)
            && options.Directory != BackupDestinations.NoFolder
            && WritableFolder.WhyNot(options.Directory) is { } reason
            ? ValidateOptionsResult.Fail($"BACKUP_DIR (Backups:Directory) is '{options.Directory}', which {reason}. Example: /var/backups/prodready")
            : ValidateOptionsResult.Success;
}
