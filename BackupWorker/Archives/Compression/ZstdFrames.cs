using System.Buffers.Binary;
using ProdReady.BackupWorker.Archives.Blocks;
using ZstdSharp;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>
/// Cuts a stream into zstd frames (RFC 8878, 3.1.1) by their block headers, so that they can be decompressed side by side. What
/// a frame says of itself is not believed beyond <see cref="LargestContent"/>.
/// </summary>
internal static class ZstdFrames
{
    /// <summary>More than any version writes into one frame.</summary>
    public const int LargestContent = 8 * 1024 * 1024;

    private const uint Magic = 0xFD2FB528;
    private const int RunLengthBlock = 1;
    private const int ReservedBlock = 3;

    private static readonly int LargestFrame = Compressor.GetCompressBound(LargestContent);

    /// <summary>Reads the next frame into the block's source, and its content's size.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidDataException">It is no frame that an archive holds, or ends too early.</exception>
    public static async ValueTask<bool> ReadAsync(Stream stream, ArchiveBlock block, CancellationToken cancellationToken)
    {
        var frame = block.Source;
        var start = await frame.FillAsync(stream, sizeof(uint) + 1, cancellationToken);
        if (start == 0)
        {
            return false;
        }

        if (start <= sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(frame.Written.Span) != Magic)
        {
            throw new InvalidDataException("there is something that is no zstd frame");
        }

        var descriptor = frame.Written.Span[sizeof(uint)];
        await ReadHeaderAsync(stream, block, descriptor, cancellationToken);
        while (!await ReadBlockAsync(stream, frame, cancellationToken))
        {
        }

        await AppendAsync(stream, frame, (descriptor & 4) != 0 ? sizeof(uint) : 0, cancellationToken);
        return true;
    }

    private static async ValueTask ReadHeaderAsync(Stream stream, ArchiveBlock block, byte descriptor, CancellationToken cancellationToken)
    {
        var singleSegment = (descriptor & 0x20) != 0;
        var sizeBytes = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        // No dictionary, nothing reserved, and never without its size
        if ((descriptor & 0x0B) != 0 || sizeBytes == 0)
        {
            throw new InvalidDataException("there is a zstd frame of a kind that is never written");
        }

        await AppendAsync(stream, block.Source, singleSegment ? 0 : 1, cancellationToken);
        await AppendAsync(stream, block.Source, sizeBytes, cancellationToken);
        block.ContentSize = ContentSize(block.Source.Written.Span[^sizeBytes..]);
    }

    private static int ContentSize(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length switch
        {
            1 => bytes[0],
            // Those of two bytes begin where those of one end
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes) + 256UL,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
        return size <= LargestContent ? (int)size : throw TooLarge();
    }

    /// <returns>Whether it was the frame's last block.</returns>
    private static async ValueTask<bool> ReadBlockAsync(Stream stream, PooledBuffer frame, CancellationToken cancellationToken)
    {
        await AppendAsync(stream, frame, 3, cancellationToken);
        var header = Header(frame.Written.Span[^3..]);
        var type = (header >> 1) & 3;
        if (type == ReservedBlock)
        {
            throw new InvalidDataException("there is a zstd frame of a kind that is never written");
        }

        await AppendAsync(stream, frame, type == RunLengthBlock ? 1 : header >> 3, cancellationToken);
        return (header & 1) != 0;
    }

    private static int Header(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static async ValueTask AppendAsync(Stream stream, PooledBuffer frame, int size, CancellationToken cancellationToken)
    {
        if (frame.Length + size > LargestFrame)
        {
            throw TooLarge();
        }

        if (size > 0 && await frame.FillAsync(stream, size, cancellationToken) < size)
        {
            throw new InvalidDataException("it ends within a zstd frame");
        }
    }

    private static InvalidDataException TooLarge() => new("there is a zstd frame that is larger than any that is written");
}
