using System.Buffers.Binary;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// Passes an archive of <c>pg_dump --format=custom --compress=0</c> on with many rows in a block, where it has one in each. pg_restore sends a message for
/// each block, and a server has as much work with a message as with a row of some hundred bytes. Where blocks end means nothing: a compressed
/// archive has them end wherever a buffer was full. What is not such an archive passes as it is.
/// </summary>
/// <remarks>
/// Behind the head comes for each table a byte that says so, the number of its entry, and blocks: a length and so many bytes, until one without
/// bytes. Large objects come in groups: each has its number before its blocks, and the last is followed by a zero.
/// The source is PostgreSQL's <c>pg_backup_custom.c</c>.
/// </remarks>
/// <param name="output">Takes the archive.</param>
internal sealed class MergedRows(Stream output) : WriteOnlyStream
{
    private const byte Table = 1;
    private const byte LargeObjects = 3;

    /// <summary>Longer blocks make nothing faster, and these stay in a processor's cache.</summary>
    private const int BlockSize = 64 * 1024;

    private const int BufferSize = 1024 * 1024;

    /// <summary>For a block's length and what ends it.</summary>
    private const int LeastRoom = 2 * ArchiveHead.IntegerSize;

    private readonly ArchiveHead _head = new();
    private readonly byte[] _mark = new byte[ArchiveHead.IntegerSize];
    private byte[] _buffer = LargeArrays.Rent(BufferSize);
    private Expected _expected = Expected.Head;
    private int _kind;
    private int _marked;
    private int _filled;
    private int _rowBytes;
    private int? _block;

    private enum Expected
    {
        Head,
        Kind,
        Entry,
        LargeObject,
        Length,
        Rows,
        Anything,
    }

    private int Room => BufferSize - _filled;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var rest = buffer;
        while (!rest.IsEmpty)
        {
            rest = rest[Take(rest.Span)..];
            if (Room < LeastRoom)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>Passes on what is held back.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        EndBlock();
        await output.WriteAsync(_buffer.AsMemory(0, _filled), cancellationToken);
        _filled = 0;
    }

    protected override void Dispose(bool disposing)
    {
        _head.Dispose();
        if (disposing && _buffer.Length > 0)
        {
            LargeArrays.Return(_buffer);
            _buffer = [];
        }

        base.Dispose(disposing);
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (position < bytes.Length && Room >= LeastRoom)
        {
            var rest = bytes[position..];
            position += _expected switch
            {
                Expected.Head => TakeHead(rest[..Math.Min(rest.Length, Room)]),
                Expected.Rows => TakeRows(rest),
                Expected.Anything => Pass(rest[..Math.Min(rest.Length, Room)]),
                _ => TakeMark(rest),
            };
        }

        return position;
    }

    private int TakeHead(ReadOnlySpan<byte> bytes)
    {
        var count = Pass(bytes[.._head.Read(bytes)]);
        if (_head.IsComplete is { } isComplete)
        {
            _expected = isComplete ? Expected.Kind : Expected.Anything;
        }

        return count;
    }

    private int TakeRows(ReadOnlySpan<byte> bytes)
    {
        if (_block is null)
        {
            _block = _filled;
            _filled += ArchiveHead.IntegerSize;
        }

        var end = Math.Min(BufferSize, _block.Value + ArchiveHead.IntegerSize + BlockSize);
        var count = Pass(bytes[..Math.Min(Math.Min(_rowBytes, bytes.Length), end - _filled)]);
        _rowBytes -= count;
        _expected = _rowBytes == 0 ? Expected.Length : Expected.Rows;
        if (_filled == end)
        {
            EndBlock();
        }

        return count;
    }

    private int TakeMark(ReadOnlySpan<byte> bytes)
    {
        var size = _expected == Expected.Kind ? 1 : ArchiveHead.IntegerSize;
        var count = Math.Min(size - _marked, bytes.Length);
        bytes[..count].CopyTo(_mark.AsSpan(_marked));
        _marked += count;
        if (_marked == size)
        {
            _marked = 0;
            Understand(_mark.AsSpan(0, size));
        }

        return count;
    }

    private void Understand(ReadOnlySpan<byte> mark)
    {
        var value = _expected == Expected.Kind ? mark[0] : ArchiveHead.ToInteger(mark);
        if (_expected == Expected.Length && value > 0)
        {
            // Not passed on: what its rows are put into has a length of its own
            (_rowBytes, _expected) = (value, Expected.Rows);
            return;
        }

        EndBlock();
        Pass(mark);
        _kind = _expected == Expected.Kind ? value : _kind;
        _expected = (_expected, value) switch
        {
            (Expected.Kind, Table or LargeObjects) => Expected.Entry,
            (Expected.Entry, _) => _kind == Table ? Expected.Length : Expected.LargeObject,
            (Expected.LargeObject, 0) => Expected.Kind,
            (Expected.LargeObject, _) => Expected.Length,
            (Expected.Length, 0) => _kind == Table ? Expected.Kind : Expected.LargeObject,
            _ => Expected.Anything,
        };
    }

    private int Pass(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
        return bytes.Length;
    }

    private void EndBlock()
    {
        if (_block is { } block)
        {
            _buffer[block] = 0;
            BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(block + 1), _filled - block - ArchiveHead.IntegerSize);
            _block = null;
        }
    }
}
