using ProdReady.BackupWorker.Archives.Blocks;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>A complete zstd frame for each block, with its content's size and checksum.</summary>
internal sealed class ZstdCompression : IBlockTransform
{
    private readonly Compressor _compressor;

    public ZstdCompression(int level)
    {
        _compressor = new(level);
        // So that `zstd -t` finds damage without our manifest
        _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
    }

    public void Run(ArchiveBlock block)
    {
        var room = block.Result.Room(Compressor.GetCompressBound(block.Source.Length));
        block.Result.Advance(_compressor.Wrap(block.Source.Written.Span, room));
    }

    public void Dispose() => _compressor.Dispose();
}
