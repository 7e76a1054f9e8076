using System.Buffers;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>One part of an upload, held until the store has it: a broken connection needs it again. A small file's takes little.</summary>
internal sealed class PartBuffer(int size) : IDisposable
{
    private const int Smallest = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Min(size, Smallest));

    /// <summary>The bytes it holds.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == size;

    /// <summary>Takes as many bytes as fit.</summary>
    /// <returns>How many.</returns>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        var taken = bytes[..Math.Min(bytes.Length, size - Count)];
        if (Count + taken.Length > _bytes.Length)
        {
            Grow(Count + taken.Length);
        }

        taken.CopyTo(_bytes.AsSpan(Count));
        Count += taken.Length;
        return taken.Length;
    }

    /// <summary>The bytes, to be read as often as need be.</summary>
    public MemoryStream Read() => new(_bytes, 0, Count, writable: false);

    /// <summary>The CRC-32 as S3 writes it: big-endian, in base 64.</summary>
    public string Crc32()
    {
        var hash = System.IO.Hashing.Crc32.Hash(_bytes.AsSpan(0, Count));
        hash.AsSpan().Reverse();
        return Convert.ToBase64String(hash);
    }

    /// <summary>
    /// Gives the memory back. Not after a failure: an attempt that was given up may still be reading it, so that it is left to the
    /// garbage collector.
    /// </summary>
    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        Count = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int wanted)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Math.Max(wanted, 4L * _bytes.Length)));
        _bytes.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
