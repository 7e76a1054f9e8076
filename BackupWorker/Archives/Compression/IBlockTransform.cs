using ProdReady.BackupWorker.Archives.Blocks;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>Compresses or decompresses one block at a time, and is used again.</summary>
internal interface IBlockTransform : IDisposable
{
    /// <summary>Makes the block's result of its source.</summary>
    /// <exception cref="InvalidDataException">The source is damaged.</exception>
    void Run(ArchiveBlock block);
}
