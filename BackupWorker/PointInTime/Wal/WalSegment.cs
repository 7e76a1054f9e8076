using System.Globalization;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// A file of the write-ahead log, by its number on a timeline. Its name is made of three times eight hexadecimal digits: the timeline, and the
/// number in two parts, the second of which counts to 4 GiB.
/// </summary>
/// <param name="Timeline">The timeline.</param>
/// <param name="Number">The file's number from the log's beginning.</param>
/// <param name="Size">The bytes of each file, a power of two from 1 MiB to 1 GiB: <c>wal_segment_size</c>.</param>
internal readonly record struct WalSegment(uint Timeline, ulong Number, long Size) : IComparable<WalSegment>
{
    /// <summary>The digits of a name.</summary>
    public const int NameLength = 24;

    private const int PartLength = 8;
    private const long High = 1L << 32;

    /// <summary>Its first byte.</summary>
    public WalPosition Start => new(Number * (ulong)Size);

    /// <summary>The first byte after it.</summary>
    public WalPosition End => new((Number + 1) * (ulong)Size);

    /// <summary>The one after it.</summary>
    public WalSegment Next => this with { Number = Number + 1 };

    /// <summary>The file's name.</summary>
    public string Name => $"{Timeline:X8}{Number / PerHigh(Size):X8}{Number % PerHigh(Size):X8}";

    /// <summary>The segment that holds a position.</summary>
    public static WalSegment Of(uint timeline, WalPosition position, long size) => new(timeline, position.Value / (ulong)size, size);

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string name, long size, out WalSegment segment)
    {
        segment = default;
        if (name.Length != NameLength
            || !TryRead(name, 0, out var timeline) || !TryRead(name, PartLength, out var high) || !TryRead(name, 2 * PartLength, out var low)
            || timeline == 0 || low >= PerHigh(size))
        {
            return false;
        }

        segment = new(timeline, (high * PerHigh(size)) + low, size);
        return true;
    }

    /// <summary>By timeline, then by number: the order in which a server writes them.</summary>
    public int CompareTo(WalSegment other) => (Timeline, Number).CompareTo((other.Timeline, other.Number));

    public override string ToString() => Name;

    private static ulong PerHigh(long size) => (ulong)(High / size);

    private static bool TryRead(string name, int start, out uint value) =>
        uint.TryParse(name.AsSpan(start, PartLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
