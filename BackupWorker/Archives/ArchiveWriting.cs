using ProdReady.BackupWorker.Archives.Blocks;
using ProdReady.BackupWorker.Archives.Compression;

namespace ProdReady.BackupWorker.Archives;

/// <summary>Content on its way into an archive.</summary>
internal sealed class ArchiveWriting(
    Stream content, ArchiveEncoding encoding, int blockSize, IArchiveSink sink, IProgress<long>? progress) : IBlockWork, IDisposable
{
    private readonly BlockTransforms _transforms = new(encoding.CreateTransform);
    private bool _started;

    /// <summary>The bytes of content that were written.</summary>
    public long ContentSize { get; private set; }

    public async ValueTask<bool> FillAsync(ArchiveBlock block, CancellationToken cancellationToken)
    {
        block.ContentSize = await block.Source.FillAsync(content, blockSize, cancellationToken);
        // Nothing at all is a frame, too: no bytes are no file of either format
        var filled = block.ContentSize > 0 || !_started;
        _started = true;
        return filled;
    }

    public void Transform(ArchiveBlock block) => _transforms.Run(block);

    public async ValueTask DrainAsync(ArchiveBlock block, CancellationToken cancellationToken)
    {
        await sink.WriteAsync(block.Result.Written, cancellationToken);
        ContentSize += block.ContentSize;
        progress?.Report(ContentSize);
    }

    public void Dispose() => _transforms.Dispose();
}
