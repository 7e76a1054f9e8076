using ProdReady.BackupWorker.Archives.Blocks;
using ZstdSharp;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>Decompresses the frame that <see cref="ZstdFrames"/> cut off, straight into its place: no window is allocated.</summary>
internal sealed class ZstdDecompression : IBlockTransform
{
    private readonly Decompressor _decompressor = new();

    public void Run(ArchiveBlock block)
    {
        try
        {
            var size = _decompressor.Unwrap(block.Source.Written.Span, block.Result.Room(block.ContentSize));
            block.Result.Advance(size);
            if (size != block.ContentSize)
            {
                throw new InvalidDataException("a zstd frame holds less than it says");
            }
        }
        catch (ZstdException exception)
        {
            throw new InvalidDataException($"a zstd frame cannot be decompressed ({exception.Message})", exception);
        }
    }

    public void Dispose() => _decompressor.Dispose();
}
