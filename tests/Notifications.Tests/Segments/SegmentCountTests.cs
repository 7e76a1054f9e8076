using System.Globalization;
using CsCheck;
using ProdReady.Notifications.Segments;

namespace ProdReady.Notifications.Tests.Segments;

public sealed class SegmentCountTests
{
    private const string Family = "👨‍👩‍👧‍👦";

    private static readonly Gen<string> Pieces = Gen.OneOf(
        "a", "Z", "é", "\n", "\r\n", "€", "{", "\\", "\f", "ą", "ع", "👍", Family, "e\u0301", "🇳🇬", "ç").Array[0, 300].Select(string.Concat);

    private static readonly Gen<string> GsmPieces =
        Gen.OneOf("a", "Z", "é", "\n", "\r\n", "€", "{", "\\", "\f", "~").Array[0, 500].Select(string.Concat);

    [Theory]
    [InlineData(0, 0, 160)]
    [InlineData(1, 1, 159)]
    [InlineData(160, 1, 0)]
    [InlineData(161, 2, 145)]
    [InlineData(306, 2, 0)]
    [InlineData(307, 3, 152)]
    [InlineData(459, 3, 0)]
    [InlineData(460, 4, 152)]
    [InlineData(1600, 11, 83)]
    public void Septets_fill_segments(int length, int segments, int left)
    {
        var count = SegmentCount.Of(new string('a', length));
        Assert.Equal((SmsEncoding.Gsm7, length, segments, left), (count.Encoding, count.Units, count.Segments, count.UnitsLeft));
        Assert.Empty(count.UnicodeCharacters);
    }

    [Theory]
    [InlineData(1, 1, 69)]
    [InlineData(70, 1, 0)]
    [InlineData(71, 2, 63)]
    [InlineData(134, 2, 0)]
    [InlineData(135, 3, 66)]
    public void Code_units_fill_segments(int length, int segments, int left)
    {
        var count = SegmentCount.Of(new string('ą', length));
        Assert.Equal((SmsEncoding.Ucs2, length, segments, left), (count.Encoding, count.Units, count.Segments, count.UnitsLeft));
    }

    [Theory]
    [InlineData("|")]
    [InlineData("^")]
    [InlineData("€")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("~")]
    [InlineData("\\")]
    [InlineData("\f")]
    public void An_extended_character_takes_two_septets(string character)
    {
        Assert.Equal((SmsEncoding.Gsm7, 2), (SegmentCount.Of(character).Encoding, SegmentCount.Of(character).Units));
        Assert.Equal(1, SegmentCount.Of(new string('a', 158) + character).Segments);
        Assert.Equal(2, SegmentCount.Of(new string('a', 159) + character).Segments);
    }

    [Fact]
    public void An_escape_is_not_parted_from_its_character()
    {
        // 306 septets would fit two segments, if the euro could lie across them
        var count = SegmentCount.Of(new string('a', 152) + "€" + new string('a', 152));
        Assert.Equal((306, 3, 152), (count.Units, count.Segments, count.UnitsLeft));
    }

    [Theory]
    [InlineData("👍")]
    [InlineData("e\u0301")]
    [InlineData(Family)]
    public void A_grapheme_is_not_parted(string grapheme)
    {
        var count = SegmentCount.Of(new string('ą', 66) + grapheme + new string('ą', 68 - grapheme.Length));
        Assert.Equal((134, 3), (count.Units, count.Segments));
    }

    [Fact]
    public void A_grapheme_that_no_segment_holds_is_parted_between_its_characters()
    {
        var count = SegmentCount.Of("e" + new string('\u0301', 200));
        Assert.Equal((201, 3, 0), (count.Units, count.Segments, count.UnitsLeft));
    }

    [Fact]
    public void The_characters_that_force_two_bytes_are_told_once_each() => Assert.Equal(
        ["U+00E7 ç", "U+202F \u202f", "U+1F44D 👍"], SegmentCount.Of("ça, ça\u202f€ 👍👍").UnicodeCharacters);

    [Theory]
    [InlineData("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?")]
    [InlineData("¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")]
    public void The_basic_table_takes_a_septet_each(string table)
    {
        var count = SegmentCount.Of(table);
        Assert.Equal((SmsEncoding.Gsm7, table.Length), (count.Encoding, count.Units));
    }

    [Theory]
    [InlineData("ç")]
    [InlineData("`")]
    [InlineData("₦")]
    [InlineData("\t")]
    [InlineData("\u001b")]
    [InlineData("\u00a0")]
    [InlineData("’")]
    public void What_is_in_neither_table_is_UCS_2(string character) =>
        Assert.Equal(SmsEncoding.Ucs2, SegmentCount.Of(character).Encoding);

    [Fact]
    public void Counts_are_what_packing_by_hand_gives() =>
        Gen.OneOf(Pieces, GsmPieces).Sample(text => SegmentCount.Of(text).Segments == Naive(text).Count, iter: 5_000);

    [Fact]
    public void Units_left_are_what_still_fits() => Gen.OneOf(Pieces, GsmPieces).Where(text => text.Length > 0).Sample(text =>
    {
        var count = SegmentCount.Of(text);
        var more = SegmentCount.Of(text + new string('a', count.UnitsLeft));
        return more.Segments == count.Segments && more.UnitsLeft == 0 && SegmentCount.Of(text + new string('a', count.UnitsLeft + 1)).Segments > count.Segments;
    });

    /// <summary>Writes every segment out, as lists of units.</summary>
    private static List<List<string>> Naive(string text)
    {
        var elements = Elements(text).ToList();
        var isGsm = elements.All(element => element.All(character => Septets(character) > 0));
        int Size(string element) => isGsm ? element.Sum(Septets) : element.Length;
        var room = elements.Sum(Size) <= (isGsm ? 160 : 70) ? (isGsm ? 160 : 70) : (isGsm ? 153 : 67);
        List<List<string>> segments = [];
        foreach (var element in elements)
        {
            if (segments.Count == 0 || segments[^1].Sum(Size) + Size(element) > room)
            {
                segments.Add([]);
            }

            segments[^1].Add(element);
        }

        return segments;
    }

    private static int Septets(char character) => character switch
    {
        'a' or 'Z' or 'é' or '\n' or '\r' => 1,
        '€' or '{' or '\\' or '\f' or '~' => 2,
        _ => 0,
    };

    private static IEnumerable<string> Elements(string text)
    {
        for (var enumerator = StringInfo.GetTextElementEnumerator(text); enumerator.MoveNext();)
        {
            yield return enumerator.GetTextElement();
        }
    }
}
