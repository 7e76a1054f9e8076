using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>Whether a destination holds the log without which a base backup cannot be restored.</summary>
internal sealed class BaseWal(IOptions<PointInTimeOptions> options, TimeProvider time)
{
    private const int Attempts = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits for it a little while: the receiver stores it in a moment.</summary>
    /// <returns>Nothing, or what is missing, as a sentence.</returns>
    public async Task<string?> WaitAsync(IBackupStorage storage, BaseManifest manifest, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            string? reason = null;
            try
            {
                var inventory = await WalInventory.ReadAsync(
                    storage, WalFileName.Prefix(options.Value.Label, manifest.SystemNumber), cancellationToken);
                if (inventory.Covers(manifest.First, manifest.Last))
                {
                    return null;
                }
            }
            catch (StorageException exception)
            {
                reason = exception.Message;
            }

            if (attempt == Attempts)
            {
                return $"{storage.Location} does not hold the write-ahead log from {manifest.First} to {manifest.Last} yet, without which the base "
                    + $"backup cannot be restored. {reason ?? "Is the service running, with BACKUP_POINT_IN_TIME=true?"}";
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
