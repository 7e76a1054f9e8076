using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProdReady.Notifications.Templates;

/// <summary>Which form a whole number takes in a language: the cardinal rules of Unicode CLDR, without those for fractions.</summary>
/// <remarks>https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html</remarks>
internal static class PluralRules
{
    private const long Million = 1_000_000;

    private static readonly FrozenDictionary<string, Func<long, PluralForm>> ByLanguage = new (Func<long, PluralForm> Rules, string Languages)[]
    {
        (Germanic, "en de nl sv da nb no fi et sw ha so el hu tr bg"),
        (Romance, "es it ca"),
        (French, "fr pt"),
        (Romance, "pt-PT"),
        (ZeroOrOne, "am hi zu bn gu fa ln"),
        (Polish, "pl"),
        (Russian, "ru uk be"),
        (Croatian, "hr sr bs"),
        (Czech, "cs sk"),
        (Romanian, "ro"),
        (Arabic, "ar"),
        (Uncounted, "yo ig wo zh ja ko vi th id ms"),
    }.SelectMany(group => group.Languages.Split(' ').Select(language => KeyValuePair.Create(language, group.Rules)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the rules of a culture, or else of its language.</summary>
    public static bool TryFind(CultureInfo culture, [NotNullWhen(true)] out Func<long, PluralForm>? rules) =>
        ByLanguage.TryGetValue(culture.Name, out rules) || ByLanguage.TryGetValue(culture.TwoLetterISOLanguageName, out rules);

    private static PluralForm Uncounted(long number) => PluralForm.Other;

    private static PluralForm Germanic(long number) => number == 1 ? PluralForm.One : PluralForm.Other;

    private static PluralForm ZeroOrOne(long number) => number is 0 or 1 ? PluralForm.One : PluralForm.Other;

    private static PluralForm Romance(long number) => number switch
    {
        1 => PluralForm.One,
        not 0 when number % Million == 0 => PluralForm.Many,
        _ => PluralForm.Other,
    };

    private static PluralForm French(long number) => number == 0 ? PluralForm.One : Romance(number);

    private static PluralForm Polish(long number) => number == 1 ? PluralForm.One
        : EndsIn2To4(number) ? PluralForm.Few
        : PluralForm.Many;

    private static PluralForm Russian(long number) => EndsIn1(number) ? PluralForm.One
        : EndsIn2To4(number) ? PluralForm.Few
        : PluralForm.Many;

    private static PluralForm Croatian(long number) => EndsIn1(number) ? PluralForm.One
        : EndsIn2To4(number) ? PluralForm.Few
        : PluralForm.Other;

    private static PluralForm Czech(long number) => number switch
    {
        1 => PluralForm.One,
        >= 2 and <= 4 => PluralForm.Few,
        _ => PluralForm.Other,
    };

    private static PluralForm Romanian(long number) => number == 1 ? PluralForm.One
        : number == 0 || number % 100 is >= 1 and <= 19 ? PluralForm.Few
        : PluralForm.Other;

    private static PluralForm Arabic(long number) => number switch
    {
        0 => PluralForm.Zero,
        1 => PluralForm.One,
        2 => PluralForm.Two,
        _ when number % 100 is >= 3 and <= 10 => PluralForm.Few,
        _ when number % 100 >= 11 => PluralForm.Many,
        _ => PluralForm.Other,
    };

    private static bool EndsIn1(long number) => number % 10 == 1 && number % 100 != 11;

    private static bool EndsIn2To4(long number) => number % 10 is >= 2 and <= 4 && number % 100 is not (>= 12 and <= 14);
}
