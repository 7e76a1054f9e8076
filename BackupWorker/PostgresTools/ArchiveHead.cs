using System.Buffers.Binary;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// Finds where the rows begin in an archive of <c>pg_dump --format=custom --compress=0</c>: behind its header and its table of contents, whose length
/// nothing tells. The source is <c>WriteHead</c> and <c>WriteToc</c> in PostgreSQL's <c>pg_backup_archiver.c</c>, of versions 1.14 (PostgreSQL 12)
/// to 1.16 (since 17).
/// </summary>
internal sealed class ArchiveHead : IDisposable
{
    /// <summary>A byte for the sign, and four for the value, the lowest first.</summary>
    public const int IntegerSize = 5;

    private const int SignatureSize = 11;
    private const int TimeIntegers = 7;
    private const int Names = 3;

    private readonly byte[] _kept = new byte[SignatureSize];
    private readonly IEnumerator<Piece> _pieces;
    private Piece _piece;
    private int _taken;

    public ArchiveHead() => _pieces = Pieces().GetEnumerator();

    /// <summary>Whether all of it was read; null while more is to come, false if this is another format or version.</summary>
    public bool? IsComplete { get; private set; }

    /// <summary>Whether the next byte belongs to the statement by which an entry's rows come in, or to its length before it.</summary>
    public bool IsAtCopy => IsComplete is null && _piece.IsCopy;

    private int Value => ToInteger(_kept);

    public static int ToInteger(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]);
        return bytes[0] == 0 ? value : -value;
    }

    /// <summary>Reads on, but not past where a statement of <see cref="IsAtCopy"/> begins or ends.</summary>
    /// <param name="bytes">The archive's next bytes; one at least.</param>
    /// <returns>How many of them were read: one at least, unless none belongs to the head.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var (position, isAtCopy) = (0, IsAtCopy);
        while (IsComplete is null && IsAtCopy == isAtCopy)
        {
            var count = Math.Min(_piece.Size - _taken, bytes.Length - position);
            if (_piece.IsKept)
            {
                bytes.Slice(position, count).CopyTo(_kept.AsSpan(_taken));
            }

            position += count;
            _taken += count;
            if (_taken < _piece.Size)
            {
                break;
            }

            IsComplete = _pieces.MoveNext() ? null : IsComplete ?? true;
            (_piece, _taken) = (_pieces.Current, 0);
        }

        return position;
    }

    public void Dispose() => _pieces.Dispose();

    /// <summary>The head in the order of its bytes. What a piece was is there when the next one is asked for.</summary>
    private IEnumerable<Piece> Pieces()
    {
        yield return Piece.Kept(SignatureSize);
        var (major, minor, integerSize, offsetSize, format) = (_kept[5], _kept[6], _kept[8], _kept[9], _kept[10]);
        if (!_kept.AsSpan(0, 5).SequenceEqual("PGDMP"u8) || major != 1 || minor is < 14 or > 16 || integerSize != IntegerSize - 1 || format != 1)
        {
            IsComplete = false;
            yield break;
        }

        // The method of compression, or its level before there were several
        var compression = minor >= 15 ? 1 : IntegerSize;
        yield return Piece.Kept(compression);
        if (_kept.AsSpan(0, compression).ContainsAnyExcept<byte>(0))
        {
            IsComplete = false;
            yield break;
        }

        yield return Piece.PassedBy(TimeIntegers * IntegerSize);
        for (var name = 0; name < Names; name++)
        {
            yield return Piece.Integer;
            yield return Piece.PassedBy(Value);
        }

        yield return Piece.Integer;
        var entries = Value;
        // Integers and strings of an entry, one of them the statement; of a string its length is an integer before it
        var fields = minor >= 16 ? "iissssisscsssiss" : "iissssisscsssss";
        for (var entry = 0; entry < entries; entry++)
        {
            foreach (var field in fields)
            {
                var isCopy = field == 'c';
                yield return Piece.Integer with { IsCopy = isCopy };
                yield return Piece.PassedBy(field == 'i' ? 0 : Value) with { IsCopy = isCopy };
            }

            do
            {
                yield return Piece.Integer;
                yield return Piece.PassedBy(Value);
            }
            while (Value >= 0);

            yield return Piece.PassedBy(1 + offsetSize);
        }
    }

    /// <param name="Size">Bytes.</param>
    /// <param name="IsKept">Whether they are looked at.</param>
    /// <param name="IsCopy">Whether they are of a statement that takes rows in.</param>
    private readonly record struct Piece(int Size, bool IsKept, bool IsCopy = false)
    {
        public static Piece Integer => Kept(IntegerSize);

        public static Piece Kept(int size) => new(size, IsKept: true);

        /// <summary>A string that there is not has a negative length.</summary>
        public static Piece PassedBy(int size) => new(Math.Max(size, 0), IsKept: false);
    }
}
