using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.Segments;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>Text of one line, such as a name.</summary>
internal sealed record TextPlaceholder : Placeholder
{
    private const int Longest = 500;

    /// <summary>The most UTF-16 code units, 1 to 500.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Whether only GSM's letters are taken: then it never makes a message cost more than the same text in these.</summary>
    public bool GsmOnly { get; init; }

    [JsonIgnore]
    public override string? Problem => MaxLength is < 1 or > Longest ? $"maxLength is {MaxLength}, outside 1 to {Longest}" : null;

    /// <summary>The euro is the letter of the most septets, and the thumb one that must not be parted.</summary>
    [JsonIgnore]
    public override IEnumerable<object> Extremes => GsmOnly
        ? [new string('€', MaxLength)]
        : [new string('ŵ', MaxLength), string.Concat(Enumerable.Repeat("👍", MaxLength / 2)) + new string('ŵ', MaxLength % 2)];

    public override object? Read(JsonElement value, out string? problem)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            problem = "This must be text.";
            return null;
        }

        // Composed letters are GSM's more often, and fewer
        var text = value.GetString()!.Trim().Normalize(NormalizationForm.FormC);
        problem = text switch
        {
            "" => "The text is empty.",
            { Length: var length } when length > MaxLength => $"The text has {length} characters; {MaxLength} is the most.",
            _ when text.EnumerateRunes().Any(IsControl) => "The text has control characters or line breaks.",
            _ when GsmOnly && SegmentCount.Of(text).UnicodeCharacters is { Count: > 0 } others =>
                $"The text has characters outside the GSM alphabet: {string.Join(", ", others)}.",
            _ => null,
        };
        return problem is null ? text : null;
    }

    public override string Write(object value, TextFormat format) => (string)value;

    /// <summary>Those that change the direction of the text around them, too: a name must not turn the amount after it.</summary>
    private static bool IsControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069);
}
