namespace ProdReady.BackupWorker.Storage;

/// <summary>Every place that backups go to, each under a name of its own.</summary>
internal sealed class BackupDestinations(IReadOnlyList<IBackupStorage> all) : IDisposable
{
    /// <summary>The folder's name.</summary>
    public const string Local = "local";

    /// <summary>The bucket's name.</summary>
    public const string S3 = "s3";

    /// <summary>What <c>BACKUP_DIR</c> says where no folder is wanted.</summary>
    public const string NoFolder = "none";

    /// <summary>The folder first, which is nearest.</summary>
    public IReadOnlyList<IBackupStorage> All => all;

    /// <summary>Starts a file in all of them.</summary>
    /// <exception cref="StorageException">None takes it.</exception>
    public Task<DestinationsWriter> CreateAsync(string file, CancellationToken cancellationToken) =>
        DestinationsWriter.CreateAsync(all, file, cancellationToken);

    public void Dispose()
    {
        foreach (var destination in all.OfType<IDisposable>())
        {
            destination.Dispose();
        }
    }
}
