using System.Collections.Concurrent;
using ProdReady.BackupWorker.Archives.Blocks;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>As many of one kind as are used at a time: making one is dear.</summary>
internal sealed class BlockTransforms(Func<IBlockTransform> create) : IDisposable
{
    private readonly ConcurrentBag<IBlockTransform> _idle = [];

    /// <summary>Transforms a block by one that is idle.</summary>
    public void Run(ArchiveBlock block)
    {
        if (!_idle.TryTake(out var transform))
        {
            transform = create();
        }

        try
        {
            transform.Run(block);
        }
        finally
        {
            _idle.Add(transform);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var transform))
        {
            transform.Dispose();
        }
    }
}
