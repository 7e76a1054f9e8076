namespace ProdReady.BackupWorker.Archives;

/// <summary>Takes an archive's compressed bytes.</summary>
internal interface IArchiveSink
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>There are no more.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
