using System.Globalization;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Templates.Placeholders;

namespace ProdReady.Notifications.Templates;

/// <summary>What can be wrong with a template whose files could be read.</summary>
internal static class TemplateChecks
{
    private const int MostSegments = 10;

    /// <summary>Twilio's limit, in UTF-16 code units.</summary>
    private const int LongestBody = 1600;

    /// <summary>What is wrong, each beginning with the file's name in its folder.</summary>
    public static IEnumerable<string> Failures(Template template)
    {
        var description = template.Description;
        if (description.Kind == MessageKind.Code)
        {
            yield return "/template.json has the kind code: codes are sent by /notifications/verifications. Example: \"kind\": \"transaction\"";
        }

        if (description.MaxSegments is < 1 or > MostSegments)
        {
            yield return $"/template.json has maxSegments {description.MaxSegments}, outside 1 to {MostSegments}. Example: \"maxSegments\": 2";
        }

        if (!template.Texts.ContainsKey(description.DefaultLocale))
        {
            yield return $"/template.json has the defaultLocale {description.DefaultLocale}, and no (good) text in it: {description.DefaultLocale}.txt";
        }

        var isBounded = true;
        foreach (var (name, placeholder) in description.Placeholders.Where(pair => pair.Value.Problem is not null))
        {
            isBounded = false;
            yield return $"/template.json declares the placeholder {name} wrongly: {placeholder.Problem}.";
        }

        foreach (var (locale, text) in template.Texts)
        {
            var failures = Places(text, description).ToList();
            if (failures.Count == 0 && isBounded)
            {
                failures.AddRange(Lengths(text, description));
            }

            foreach (var failure in failures)
            {
                yield return $"/{locale}.txt {failure}";
            }
        }
    }

    /// <summary>Every locale is held against the declaration, so that all have the same placeholders.</summary>
    private static IEnumerable<string> Places(TemplateText text, TemplateDescription description)
    {
        var used = text.All.Select(Name).OfType<string>().ToHashSet();
        foreach (var name in used.Where(name => !description.Placeholders.ContainsKey(name)).Order(StringComparer.Ordinal))
        {
            yield return $"has the placeholder {name}, which template.json does not declare.";
        }

        foreach (var name in description.Placeholders.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal))
        {
            yield return $"lacks the placeholder {name}.";
        }

        foreach (var part in text.All)
        {
            if (Name(part) is not { } name || !description.Placeholders.TryGetValue(name, out var placeholder))
            {
                continue;
            }

            var failures = part switch
            {
                TextPart.Slot { Pattern: { } pattern } => Pattern(name, placeholder, pattern, text.Culture),
                TextPart.Plural plural when placeholder is IntegerPlaceholder number => Forms(plural, number, text),
                TextPart.Plural => [$"chooses a plural by {name}, which is not an integer."],
                _ => [],
            };
            foreach (var failure in failures)
            {
                yield return failure;
            }
        }
    }

    private static IEnumerable<string> Pattern(string name, Placeholder placeholder, string pattern, CultureInfo culture)
    {
        if (!placeholder.TakesPattern)
        {
            return [$"gives a pattern of dates for {name}, which is none."];
        }

        try
        {
            placeholder.Write(placeholder.Extremes.First(), new TextFormat(culture, IsGsm: true, pattern));
            return [];
        }
        catch (FormatException)
        {
            return [$"has the pattern '{pattern}' for {name}, which .NET cannot write. Example: d MMM yyyy"];
        }
    }

    private static IEnumerable<string> Forms(TextPart.Plural plural, IntegerPlaceholder number, TemplateText text)
    {
        var needed = number.Samples.Where(sample => !plural.Exact.ContainsKey(sample)).Select(sample => text.Plurals(Math.Abs(sample))).ToHashSet();
        foreach (var form in needed.Where(form => !plural.Forms.ContainsKey(form)).Order())
        {
            yield return $"lacks the plural form {Text(form)} of {plural.Name}.";
        }

        foreach (var form in plural.Forms.Keys.Where(form => !needed.Contains(form) && form != PluralForm.Other).Order())
        {
            yield return $"has the plural form {Text(form)} of {plural.Name}, which no number takes.";
        }
    }

    private static IEnumerable<string> Lengths(TemplateText text, TemplateDescription description)
    {
        var (segments, length) = LongestText.Of(text, description.Placeholders);
        if (segments > description.MaxSegments)
        {
            yield return $"can take {segments} segments with the longest values, more than maxSegments, which is {description.MaxSegments}.";
        }

        if (length > LongestBody)
        {
            yield return $"can have {length} characters with the longest values; {LongestBody} is the most that fits a message.";
        }
    }

    private static string? Name(TextPart part) => part switch
    {
        TextPart.Slot slot => slot.Name,
        TextPart.Plural plural => plural.Name,
        TextPart.Number number => number.Name,
        _ => null,
    };

    private static string Text(PluralForm form) => form switch
    {
        PluralForm.Zero => "zero",
        PluralForm.One => "one",
        PluralForm.Two => "two",
        PluralForm.Few => "few",
        PluralForm.Many => "many",
        _ => "other",
    };
}
