using System.IO.Hashing;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// One part of an upload, held until the store has it: a broken connection needs it again. It takes memory as it fills, in pieces that fit
/// whatever a run needs next; a small file's takes little.
/// </summary>
internal sealed class PartBuffer(int size) : IDisposable
{
    private const int Smallest = 64 * 1024;

    private readonly List<byte[]> _pieces = [];
    private bool _isLent;

    /// <summary>The bytes it holds.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == size;

    /// <summary>Takes as many bytes as fit.</summary>
    /// <returns>How many.</returns>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        var start = Count;
        var rest = bytes[..Math.Min(bytes.Length, size - Count)];
        while (!rest.IsEmpty)
        {
            var room = Room();
            var taken = rest[..Math.Min(rest.Length, room.Length)];
            taken.CopyTo(room);
            rest = rest[taken.Length..];
            Count += taken.Length;
        }

        return Count - start;
    }

    /// <summary>The bytes, to be read as often as need be.</summary>
    public PartStream Read() => new([.. _pieces], Count);

    /// <summary>The CRC-32 as S3 writes it: big-endian, in base 64.</summary>
    public string Crc32()
    {
        var crc = new Crc32();
        for (var position = 0; position < Count; position += PartStream.Piece)
        {
            crc.Append(_pieces[position / PartStream.Piece].AsSpan(0, Math.Min(PartStream.Piece, Count - position)));
        }

        var hash = crc.GetCurrentHash();
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
            _pieces.ForEach(end);
        }

        _pieces.Clear();
        (_isLent, Count) = (false, 0);
    }

    /// <summary>Where the next bytes go.</summary>
    private Span<byte> Room()
    {
        if (Count == 0 && _pieces.Count == 0)
        {
            _pieces.Add(new byte[Math.Min(size, Smallest)]);
        }
        else if (!_isLent && Count == _pieces[0].Length)
        {
            var whole = LargeArrays.Rent(PartStream.Piece);
            _pieces[0].CopyTo(whole, 0);
            (_pieces[0], _isLent) = (whole, true);
        }
        else if (Count == _pieces.Count * PartStream.Piece)
        {
            _pieces.Add(LargeArrays.Rent(PartStream.Piece));
        }

        var position = Count % PartStream.Piece;
        return _pieces[^1].AsSpan(position, Math.Min(_pieces[^1].Length, PartStream.Piece) - position);
    }
}
