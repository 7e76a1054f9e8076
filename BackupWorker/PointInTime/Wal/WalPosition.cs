using System.Globalization;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>A position in the write-ahead log: a count of bytes, which PostgreSQL writes as <c>16/B374D848</c>.</summary>
internal readonly record struct WalPosition(ulong Value) : IComparable<WalPosition>
{
    private const int HalfBits = 32;

    public static bool operator <(WalPosition left, WalPosition right) => left.Value < right.Value;

    public static bool operator >(WalPosition left, WalPosition right) => left.Value > right.Value;

    public static bool operator <=(WalPosition left, WalPosition right) => left.Value <= right.Value;

    public static bool operator >=(WalPosition left, WalPosition right) => left.Value >= right.Value;

    /// <summary>Reads what PostgreSQL writes.</summary>
    /// <exception cref="FormatException">It is no position.</exception>
    public static WalPosition Parse(string text) =>
        text.Split('/') is [var high, var low]
        && uint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var highHalf)
        && uint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var lowHalf)
            ? new(((ulong)highHalf << HalfBits) | lowHalf)
            : throw new FormatException($"'{text}' is no position in the write-ahead log.");

    public static WalPosition Max(WalPosition left, WalPosition right) => left > right ? left : right;

    public int CompareTo(WalPosition other) => Value.CompareTo(other.Value);

    public override string ToString() => $"{Value >> HalfBits:X}/{(uint)Value:X}";
}
