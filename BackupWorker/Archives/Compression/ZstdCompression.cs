using ProdReady.BackupWorker.Archives.Blocks;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>A complete zstd frame for each block, with its content's size and checksum.</summary>
internal sealed class ZstdCompression : IBlockTransform
{
    /// <summary>
    /// At its level 3 zstd looks for what it has seen in tables made for gigabytes. Of a block of a megabyte, tables a quarter as large miss little, and
    /// they stay in a processor's nearest cache: rows take a quarter less time and no more room, prose takes 1.5 % more room.
    /// </summary>
    private const int TunedLevel = 3;

    private readonly Compressor _compressor;

    public ZstdCompression(int level)
    {
        _compressor = new(level);
        if (level == TunedLevel)
        {
            _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_hashLog, 15);
            _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_chainLog, 14);
        }

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
