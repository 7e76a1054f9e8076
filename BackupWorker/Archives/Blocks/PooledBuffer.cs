namespace ProdReady.BackupWorker.Archives.Blocks;

/// <summary>Bytes in a rented array that grows by what is asked for.</summary>
internal sealed class PooledBuffer : IDisposable
{
    private byte[] _array = [];

    /// <summary>What was put in.</summary>
    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public int Length { get; private set; }

    /// <summary>Room behind what is there, to be filled and then told by <see cref="Advance"/>.</summary>
    public ArraySegment<byte> Room(int size)
    {
        if (_array.Length - Length < size)
        {
            var larger = LargeArrays.Rent(Length + size);
            Written.CopyTo(larger);
            Return();
            _array = larger;
        }

        return new(_array, Length, size);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Appends from a stream until <paramref name="size"/> bytes came or it ended.</summary>
    /// <returns>How many came.</returns>
    public async ValueTask<int> FillAsync(Stream stream, int size, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(Room(size), size, throwOnEndOfStream: false, cancellationToken);
        Advance(read);
        return read;
    }

    /// <summary>Forgets the bytes and gives the array back; it may be filled anew.</summary>
    public void Clear()
    {
        Return();
        Length = 0;
    }

    public void Dispose() => Clear();

    private void Return()
    {
        if (_array.Length > 0)
        {
            LargeArrays.Return(_array);
            _array = [];
        }
    }
}
