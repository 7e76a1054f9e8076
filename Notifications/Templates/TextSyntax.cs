using System.Globalization;
using System.Text;

namespace ProdReady.Notifications.Templates;

/// <summary>Reads template texts: the part of ICU's MessageFormat that they need, with its rules for apostrophes.</summary>
/// <remarks>
/// <c>''</c> is an apostrophe; one before <c>{</c>, <c>}</c> or <c>#</c> begins text that is taken as it is, until the next one; any other is
/// just itself, so that French needs no doubling.
/// </remarks>
internal sealed class TextSyntax
{
    private readonly string _text;
    private int _at;

    private TextSyntax(string text) => _text = text;

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong, and where.</exception>
    public static IReadOnlyList<TextPart> Parse(string text)
    {
        var syntax = new TextSyntax(text);
        var parts = syntax.Parts(plural: null);
        return syntax._at == text.Length ? parts : throw syntax.Wrong("a } without its {");
    }

    private List<TextPart> Parts(string? plural)
    {
        var parts = new List<TextPart>();
        var literal = new StringBuilder();
        for (; _at < _text.Length && _text[_at] != '}'; _at++)
        {
            switch (_text[_at])
            {
                case '\'':
                    Apostrophe(literal, plural is not null);
                    break;
                case '{':
                    Flush(parts, literal);
                    parts.Add(Argument());
                    break;
                case '#' when plural is not null:
                    Flush(parts, literal);
                    parts.Add(new TextPart.Number(plural));
                    break;
                case var other:
                    literal.Append(other);
                    break;
            }
        }

        Flush(parts, literal);
        return parts;
    }

    /// <summary>Ends on the last character that belongs to it.</summary>
    private void Apostrophe(StringBuilder literal, bool inPlural)
    {
        var next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (next == '\'')
        {
            literal.Append('\'');
            _at++;
        }
        else if (next is '{' or '}' || (next == '#' && inPlural))
        {
            var end = _text.IndexOf('\'', _at + 1);
            end = end < 0 ? throw Wrong("an apostrophe that opens a quotation and is not closed") : end;
            literal.Append(_text, _at + 1, end - _at - 1);
            _at = end;
        }
        else
        {
            literal.Append('\'');
        }
    }

    /// <summary>Ends on its closing brace.</summary>
    private TextPart Argument()
    {
        _at++;
        var name = Until(',', '}').Trim();
        if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit))
        {
            throw Wrong($"the placeholder '{name}', where a name of letters and digits is expected");
        }

        if (_text[_at] == '}')
        {
            return new TextPart.Slot(name, null);
        }

        _at++;
        switch (Until(',', '}').Trim())
        {
            case "date" when _text[_at] == ',':
                _at++;
                var pattern = Until('}').Trim();
                return new TextPart.Slot(name, pattern);
            case "plural" when _text[_at] == ',':
                _at++;
                return Plural(name);
            case var kind:
                throw Wrong($"'{kind}', where plural and its forms, or date and its pattern, are expected");
        }
    }

    private TextPart.Plural Plural(string name)
    {
        var exact = new Dictionary<long, IReadOnlyList<TextPart>>();
        var forms = new Dictionary<PluralForm, IReadOnlyList<TextPart>>();
        while (true)
        {
            SkipSpace();
            if (Peek() == '}')
            {
                return new(name, exact, forms);
            }

            var selector = Until('{').Trim();
            _at++;
            var parts = Parts(name);
            if (Peek() != '}')
            {
                throw Wrong("a { that is not closed");
            }

            _at++;
            var isNew = selector.StartsWith('=')
                && long.TryParse(selector.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? exact.TryAdd(number, parts)
                    : selector.All(char.IsAsciiLetterLower) && Enum.TryParse<PluralForm>(selector, ignoreCase: true, out var form)
                        ? forms.TryAdd(form, parts)
                        : throw Wrong($"the plural form '{selector}', which is none: zero, one, two, few, many, other, or = and a number");
            if (!isNew)
            {
                throw Wrong($"the plural form '{selector}' twice");
            }
        }
    }

    private void SkipSpace()
    {
        while (char.IsWhiteSpace(Peek()))
        {
            _at++;
        }
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private string Until(params ReadOnlySpan<char> ends)
    {
        var length = _text.AsSpan(_at).IndexOfAny(ends);
        var found = length < 0 ? throw Wrong("a { that is not closed") : _text.Substring(_at, length);
        _at += length;
        return found;
    }

    private FormatException Wrong(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"has {what} (at character {Math.Min(_at, _text.Length - 1) + 1})"));

    private static void Flush(List<TextPart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TextPart.Literal(literal.ToString()));
            literal.Clear();
        }
    }
}
