using System.IO.Compression;
using ProdReady.BackupWorker.Archives.Blocks;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>A complete gzip member for each block.</summary>
internal sealed class GzipCompression(int level) : IBlockTransform
{
    private const int Frame = 1024;

    // GZipStream writes nothing at all for no bytes, and gunzip refuses an empty file
    private static readonly byte[] Nothing = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = level };

    public void Run(ArchiveBlock block)
    {
        // Deflate stores what it cannot compress, with a few bytes for each part
        var room = block.Result.Room(block.Source.Length + (block.Source.Length / 8) + Frame);
        if (block.Source.Length == 0)
        {
            Nothing.CopyTo(room.AsSpan());
            block.Result.Advance(Nothing.Length);
            return;
        }

        using var member = new MemoryStream(room.Array!, room.Offset, room.Count);
        using (var gzip = new GZipStream(member, _options, leaveOpen: true))
        {
            gzip.Write(block.Source.Written.Span);
        }

        block.Result.Advance((int)member.Position);
    }

    public void Dispose()
    {
    }
}
