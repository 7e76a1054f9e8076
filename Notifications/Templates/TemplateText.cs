using System.Globalization;
using System.Text;
using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Templates.Placeholders;

namespace ProdReady.Notifications.Templates;

/// <summary>A template in one locale.</summary>
internal sealed class TemplateText(CultureInfo culture, IReadOnlyList<TextPart> parts, Func<long, PluralForm> plurals)
{
    /// <summary>The locale.</summary>
    public CultureInfo Culture { get; } = culture;

    /// <summary>What it is made of.</summary>
    public IReadOnlyList<TextPart> Parts { get; } = parts;

    /// <summary>The form that a number takes.</summary>
    public Func<long, PluralForm> Plurals { get; } = plurals;

    /// <summary>Whether all that is always in it can be sent in septets.</summary>
    public bool IsGsm { get; } = AllIn(parts).OfType<TextPart.Literal>().All(literal => GsmAlphabet.Covers(literal.Text));

    /// <summary>Every part, those inside plurals included.</summary>
    public IEnumerable<TextPart> All => AllIn(Parts);

    /// <summary>How a value is written here.</summary>
    public TextFormat Format(string? pattern = null) => new(Culture, IsGsm, pattern);

    /// <summary>Puts the values in.</summary>
    /// <param name="placeholders">The template's.</param>
    /// <param name="values">What <see cref="Placeholder.Read"/> made of each.</param>
    public string Write(IReadOnlyDictionary<string, Placeholder> placeholders, IReadOnlyDictionary<string, object> values)
    {
        var text = new StringBuilder();
        Write(Parts);
        return text.ToString();

        void Write(IReadOnlyList<TextPart> parts)
        {
            foreach (var part in parts)
            {
                switch (part)
                {
                    case TextPart.Literal literal:
                        text.Append(literal.Text);
                        break;
                    case TextPart.Slot slot:
                        text.Append(placeholders[slot.Name].Write(values[slot.Name], Format(slot.Pattern)));
                        break;
                    case TextPart.Number number:
                        text.Append(placeholders[number.Name].Write(values[number.Name], Format()));
                        break;
                    case TextPart.Plural plural:
                        Write(Choose(plural, (long)values[plural.Name]));
                        break;
                }
            }
        }
    }

    /// <summary>A form that a text lacks was reported when the service started, unless no number can take it.</summary>
    private IReadOnlyList<TextPart> Choose(TextPart.Plural plural, long number) =>
        plural.Exact.TryGetValue(number, out var exact) ? exact
        : plural.Forms.TryGetValue(Plurals(Math.Abs(number)), out var form) ? form
        : plural.Forms[PluralForm.Other];

    private static IEnumerable<TextPart> AllIn(IEnumerable<TextPart> parts) => parts.SelectMany(part => part is TextPart.Plural plural
        ? AllIn(plural.Exact.Values.Concat(plural.Forms.Values).SelectMany(branch => branch)).Prepend(part)
        : [part]);
}
