namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>One part of an upload, held until the store has it: a broken connection needs it again. A small file's takes little.</summary>
internal sealed class PartBuffer(int size) : IDisposable
{
    private const int Smallest = 64 * 1024;

    private byte[] _bytes = new byte[Math.Min(size, Smallest)];
    private bool _isLent;

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
            Grow();
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

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => End(LargeArrays.Return);

    /// <summary>Leaves the memory to whoever may still be reading it.</summary>
    public void Abandon() => End(_ => LargeArrays.Forget());

    private void End(Action<byte[]> end)
    {
        if (_isLent)
        {
            end(_bytes);
        }

        (_bytes, _isLent, Count) = ([], false, 0);
    }

    private void Grow()
    {
        var whole = LargeArrays.Rent(size);
        _bytes.AsSpan(0, Count).CopyTo(whole);
        (_bytes, _isLent) = (whole, true);
    }
}
