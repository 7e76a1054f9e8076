using System.Globalization;
using System.Text;

namespace ProdReady.Notifications.Segments;

/// <summary>How many segments a text takes: each is billed, and counts against the sender's rate.</summary>
/// <param name="Encoding">How it is written.</param>
/// <param name="Units">Septets or UTF-16 code units, of the text alone.</param>
/// <param name="Segments">How many messages the phone puts together; 0 for an empty text.</param>
/// <param name="UnitsLeft">What still fits into the last of them.</param>
/// <param name="UnicodeCharacters">The characters that keep it from being GSM-7, each once, such as <c>U+0105 ą</c>.</param>
internal sealed record SegmentCount(
    SmsEncoding Encoding, int Units, int Segments, int UnitsLeft, IReadOnlyList<string> UnicodeCharacters)
{
    /// <summary>What two segments or more lose to the header that puts them together is in these: 6 bytes of 140 each.</summary>
    private static readonly (int Alone, int OfMany) GsmRoom = (160, 153);

    private static readonly (int Alone, int OfMany) UcsRoom = (70, 67);

    /// <summary>
    /// Counts by filling one segment after the other: an escaped character, a surrogate pair or a grapheme that does not fit goes to the
    /// next as a whole, so that the same number of units can take one segment more.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="asUnicode">Whether to count it as UCS-2 even if it is GSM-7, as if one more character forced that.</param>
    public static SegmentCount Of(string text, bool asUnicode = false)
    {
        var isGsm = !asUnicode && GsmAlphabet.Covers(text);
        var (encoding, room) = isGsm ? (SmsEncoding.Gsm7, GsmRoom) : (SmsEncoding.Ucs2, UcsRoom);
        var units = Size(text, encoding);
        var (segments, left) = units <= room.Alone
            ? (units > 0 ? 1 : 0, room.Alone - units)
            : Pack(text, encoding, room.OfMany);
        return new(encoding, units, segments, left, isGsm ? [] : Outsiders(text));
    }

    private static (int Segments, int Left) Pack(ReadOnlySpan<char> text, SmsEncoding encoding, int room)
    {
        var (segments, left) = (1, room);
        while (!text.IsEmpty)
        {
            var length = StringInfo.GetNextTextElementLength(text);
            if (Size(text[..length], encoding) > room)
            {
                // No segment holds such a grapheme: letters with dozens of marks. Its characters stay whole
                length = Rune.DecodeFromUtf16(text, out _, out var consumed) == System.Buffers.OperationStatus.Done ? consumed : 1;
            }

            var size = Size(text[..length], encoding);
            if (size > left)
            {
                (segments, left) = (segments + 1, room);
            }

            left -= size;
            text = text[length..];
        }

        return (segments, left);
    }

    private static int Size(ReadOnlySpan<char> text, SmsEncoding encoding) =>
        encoding == SmsEncoding.Gsm7 ? GsmAlphabet.Septets(text) : text.Length;

    private static List<string> Outsiders(string text) =>
    [
        .. text.EnumerateRunes()
            .Where(rune => !rune.IsBmp || !GsmAlphabet.Covers([(char)rune.Value]))
            .Distinct()
            .Select(rune => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4} {rune}")),
    ];
}
