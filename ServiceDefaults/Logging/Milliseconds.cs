using System.Buffers.Text;
using System.Globalization;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>A duration in milliseconds, to the microsecond; written by integers, which costs a fifth of what a double's digits do.</summary>
internal readonly struct Milliseconds(TimeSpan duration) : IUtf8SpanFormattable
{
    /// <summary>As many bytes as one has at most.</summary>
    public const int MaxLength = 24;

    private readonly long _microseconds = (duration.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond;

    public double Value => _microseconds / 1000.0;

    /// <inheritdoc />
    /// <remarks>As JSON and the invariant culture write a number: <c>12</c>, <c>0.25</c>.</remarks>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < MaxLength)
        {
            return false;
        }

        var (whole, rest) = Math.DivRem(_microseconds, 1000);
        Utf8Formatter.TryFormat(whole, utf8Destination, out bytesWritten);
        if (rest > 0)
        {
            utf8Destination[bytesWritten++] = (byte)'.';
            for (var digit = 100; rest > 0; digit /= 10)
            {
                utf8Destination[bytesWritten++] = (byte)('0' + (rest / digit));
                rest %= digit;
            }
        }

        return true;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
