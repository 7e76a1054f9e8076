namespace ProdReady.BackupWorker.Archives.Blocks;

/// <summary>What <see cref="BlockPipeline"/> does with each block.</summary>
internal interface IBlockWork
{
    /// <summary>Fills the next block; one call at a time.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> FillAsync(ArchiveBlock block, CancellationToken cancellationToken);

    /// <summary>Makes its result; several calls at a time.</summary>
    void Transform(ArchiveBlock block);

    /// <summary>Passes its result on; one call at a time, in the order in which blocks were filled.</summary>
    ValueTask DrainAsync(ArchiveBlock block, CancellationToken cancellationToken);
}
