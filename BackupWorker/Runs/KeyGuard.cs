using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>
/// Refuses to store in clear what was stored encrypted before: a secret that got lost on the way to this process must not show only
/// when somebody reads the bucket.
/// </summary>
internal sealed class KeyGuard(ArchiveKeys keys, IOptions<ArchiveEncryptionOptions> options, BackupShelves shelves)
{
    /// <summary>Looks at the names of the newest backup's files: whoever lost the key may not be able to read them.</summary>
    /// <exception cref="BackupException">It is encrypted, or cannot be looked at, and no key is configured now.</exception>
    public async Task RequireAsync(string database, CancellationToken cancellationToken)
    {
        if (keys.Active is not null || options.Value.AllowUnencrypted)
        {
            return;
        }

        (BackupName Name, bool IsEncrypted)? newest = null;
        StorageException? unread = null;
        foreach (var shelf in shelves.All)
        {
            try
            {
                if (await shelf.NewestAsync(database, before: null, cancellationToken) is { } held && !(newest?.Name.StartedAt >= held.Name.StartedAt))
                {
                    newest = held;
                }
            }
            catch (StorageException exception)
            {
                unread = exception;
            }
        }

        if (newest is { IsEncrypted: true } encrypted)
        {
            throw new BackupException(
                $"Backup {encrypted.Name.Id} of '{database}' is encrypted, and {ArchiveKeys.Setting} is not set here, so that this one would not be. "
                + $"Set it; or, if backups are to be in clear from now on, {ArchiveEncryptionOptions.SectionName}:AllowUnencrypted=true.");
        }

        if (newest is null && unread is not null)
        {
            throw new BackupException(
                $"{ArchiveKeys.Setting} is not set here, and whether the backups of '{database}' are encrypted cannot be found out: {unread.Message} "
                + $"Set it; or, if backups are to be in clear, {ArchiveEncryptionOptions.SectionName}:AllowUnencrypted=true.");
        }
    }
}
