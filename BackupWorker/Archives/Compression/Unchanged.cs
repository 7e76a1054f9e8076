using ProdReady.BackupWorker.Archives.Blocks;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>Passes blocks on as they are.</summary>
internal sealed class Unchanged : IBlockTransform
{
    public void Run(ArchiveBlock block) => block.Swap();

    public void Dispose()
    {
    }
}
