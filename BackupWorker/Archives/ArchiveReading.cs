using ProdReady.BackupWorker.Archives.Blocks;
using ProdReady.BackupWorker.Archives.Compression;

namespace ProdReady.BackupWorker.Archives;

/// <summary>An archive on its way back to content.</summary>
internal sealed class ArchiveReading(
    Stream compressed, ArchiveFacts facts, int blockSize, Stream content, IProgress<long>? progress) : IBlockWork, IDisposable
{
    private readonly GzipMembers? _members = facts.Compression == ArchiveCompression.Gzip ? new(compressed) : null;
    private readonly BlockTransforms _transforms = new(
        () => facts.Compression == ArchiveCompression.Zstd ? new ZstdDecompression() : new Unchanged());

    /// <summary>The bytes of content that were read.</summary>
    public long ContentSize { get; private set; }

    public async ValueTask<bool> FillAsync(ArchiveBlock block, CancellationToken cancellationToken)
    {
        if (facts.Compression == ArchiveCompression.Zstd)
        {
            return await ZstdFrames.ReadAsync(compressed, block, cancellationToken);
        }

        var filled = await block.Source.FillAsync(_members?.Content ?? compressed, blockSize, cancellationToken) > 0;
        if (!filled && _members is not null)
        {
            await _members.EndAsync(cancellationToken);
        }

        return filled;
    }

    public void Transform(ArchiveBlock block) => _transforms.Run(block);

    public async ValueTask DrainAsync(ArchiveBlock block, CancellationToken cancellationToken)
    {
        ContentSize += block.Result.Length;
        if (ContentSize > facts.ContentSize)
        {
            throw new InvalidDataException($"it has more than the {facts.ContentSize} bytes of content that its manifest says");
        }

        await content.WriteAsync(block.Result.Written, cancellationToken);
        progress?.Report(ContentSize);
    }

    public void Dispose()
    {
        _members?.Dispose();
        _transforms.Dispose();
    }
}
