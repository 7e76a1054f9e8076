namespace ProdReady.BackupWorker.Storage;

/// <summary>A file that is being written. Disposed before <see cref="CommitAsync"/> has returned, nothing of it stays.</summary>
internal interface IFileWriter : IAsyncDisposable
{
    /// <summary>Takes its bytes; memory stays bounded whatever their number. Writes that fail throw <see cref="StorageException"/>.</summary>
    Stream Content { get; }

    /// <summary>
    /// Gives it its name once every byte is safe, in place of a file of that name if there is one. Where it throws, the file may have its
    /// name already, and is not known to be safe.
    /// </summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
