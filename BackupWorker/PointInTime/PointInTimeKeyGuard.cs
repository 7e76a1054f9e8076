using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime;

/// <summary>Refuses to store base backups and log in clear where the newest file of them is encrypted, as backups of databases are refused.</summary>
internal sealed class PointInTimeKeyGuard(
    ArchiveKeys keys, IOptions<ArchiveEncryptionOptions> encryption, IOptions<PointInTimeOptions> options, BackupDestinations destinations)
{
    /// <summary>Requires that nothing is stored in clear by mistake.</summary>
    /// <exception cref="BackupException">It would be.</exception>
    /// <exception cref="StorageException">No destination can be read.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (await WhyNotAsync(cancellationToken) is { } reason)
        {
            throw new BackupException(reason);
        }
    }

    /// <summary>Looks at the newest file in each destination.</summary>
    /// <returns>Nothing, or why nothing must be stored now.</returns>
    /// <exception cref="StorageException">No destination can be read.</exception>
    public async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        if (keys.Active is not null || encryption.Value.AllowUnencrypted)
        {
            return null;
        }

        var failures = new List<StorageException>();
        foreach (var storage in destinations.All)
        {
            try
            {
                if (await NewestAsync(storage, cancellationToken) is { } newest && newest.Name.EndsWith(ArchiveEncoding.EncryptedSuffix, StringComparison.Ordinal))
                {
                    return $"{newest.Name} in {storage.Location} is encrypted, and {ArchiveKeys.Setting} is not set here, so that what follows it would not be. Set it; "
                        + $"or, if base backups and log are to be in clear from now on, {ArchiveEncryptionOptions.SectionName}:AllowUnencrypted=true.";
                }
            }
            catch (StorageException exception)
            {
                failures.Add(exception);
            }
        }

        return failures.Count < destinations.All.Count ? null : throw failures[0];
    }

    private async Task<StoredFile?> NewestAsync(IBackupStorage storage, CancellationToken cancellationToken)
    {
        StoredFile? newest = null;
        var label = options.Value.Label;
        foreach (var prefix in new[] { $"{label}-", WalFileName.Prefix(label) })
        {
            await foreach (var file in storage.ListAsync(prefix, cancellationToken))
            {
                newest = HasContent(file.Name, label) && !(file.ModifiedAt < newest?.ModifiedAt) ? file : newest;
            }
        }

        return newest;
    }

    private static bool HasContent(string file, string label) => WalFileName.TryParse(file, out var name)
        ? name.Label == label && name.Kind is (WalFileKind.Whole or WalFileKind.Tail)
        : BaseName.TryParse(file, label, out _) && !file.EndsWith(BaseName.ManifestSuffix, StringComparison.Ordinal);
}
