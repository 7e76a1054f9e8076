using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Templates.Placeholders;

namespace ProdReady.Notifications.Templates;

/// <summary>The most that a template's text can take in a locale.</summary>
internal static class LongestText
{
    /// <summary>Counts with the longest value in every place, and in the encoding that any value could force.</summary>
    /// <returns>The segments, and the length in UTF-16 code units.</returns>
    public static (int Segments, int Length) Of(TemplateText text, IReadOnlyDictionary<string, Placeholder> placeholders)
    {
        var isUnicode = !text.IsGsm || text.All.Any(part => Values(part, text, placeholders).Any(value => !GsmAlphabet.Covers(value)));
        var longest = Write(text.Parts, part => Longest(Values(part, text, placeholders), isUnicode), isUnicode);
        return (SegmentCount.Of(longest, isUnicode).Segments, longest.Length);
    }

    private static string Write(IReadOnlyList<TextPart> parts, Func<TextPart, string> longest, bool isUnicode) => string.Concat(parts.Select(part => part switch
    {
        TextPart.Literal literal => literal.Text,
        TextPart.Plural plural => Longest(
            plural.Exact.Values.Concat(plural.Forms.Values).Select(branch => Write(branch, longest, isUnicode)), isUnicode),
        _ => longest(part),
    }));

    private static IEnumerable<string> Values(TextPart part, TemplateText text, IReadOnlyDictionary<string, Placeholder> placeholders) =>
        part switch
        {
            TextPart.Slot slot => placeholders[slot.Name].Extremes.Select(value => placeholders[slot.Name].Write(value, text.Format(slot.Pattern))),
            TextPart.Number number => placeholders[number.Name].Extremes.Select(value => placeholders[number.Name].Write(value, text.Format())),
            _ => [],
        };

    private static string Longest(IEnumerable<string> texts, bool isUnicode) =>
        texts.MaxBy(text => isUnicode ? text.Length : GsmAlphabet.Septets(text)) ?? "";
}
