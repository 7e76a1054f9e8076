using System.Buffers;
using System.Text;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>
/// Values behind a secret's name: <c>Password=...;</c> of connection strings, <c>Authorization: ...</c> of headers,
/// <c>"token":"..."</c> of JSON, <c>Secret = ...</c> of records.
/// </summary>
internal static class NamedValueMasking
{
    private static readonly SearchValues<char> EndsWord = SearchValues.Create(" ,&\"')}\t");
    private static readonly SearchValues<char> EndsPhrase = SearchValues.Create(",;}\"");

    public static string Mask(string text)
    {
        StringBuilder? masked = null;
        var copied = 0;
        var position = 0;
        var lines = new LineCursor(text);
        while (text.AsSpan(position).IndexOfAny('=', ':') is >= 0 and var offset)
        {
            var separator = position + offset;
            position = separator + 1;
            var name = NameBefore(text.AsSpan(copied, separator - copied));
            if (name.IsEmpty || !SecretNames.Contains(name))
            {
                continue;
            }

            var (start, end) = Value(ref lines, separator, name);
            if (text[separator] == '=' && IsSetting(text.AsSpan(0, separator), name))
            {
                (start, end) = Setting(ref lines, start, end);
            }

            if (end <= start)
            {
                continue;
            }

            masked ??= new StringBuilder(text.Length);
            masked.Append(text, copied, start - copied).Append(Redactor.Mask);
            copied = position = end;
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>The last word in front of the separator, without the quotes that JSON puts around it.</summary>
    private static ReadOnlySpan<char> NameBefore(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd(" \"'\\");
        var start = text.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-'))
        {
            start--;
        }

        return text[start..];
    }

    private static (int Start, int End) Value(ref LineCursor lines, int separator, ReadOnlySpan<char> name)
    {
        var text = lines.Text;
        var start = separator + 1;
        while (start < text.Length && text[start] == ' ')
        {
            start++;
        }

        var line = lines.From(start);
        var open = line.StartsWith('\\') ? 1 : 0;
        if (line.Length > open && line[open] is '"' or '\'')
        {
            var value = line[(open + 1)..];
            return (start + open + 1, start + open + 1 + ClosingQuote(value, line[open], escaped: open == 1));
        }

        if (line is ['[', ..] or ['{', ..])
        {
            // A list or an object: where it ends takes a parser to say, so all that may be of it goes
            var close = line.LastIndexOf(line[0] == '[' ? ']' : '}');
            return (start, start + (close < 0 ? line.Length : close + 1));
        }

        var isHeader = text[separator] == ':'
            && (name.EndsWith("Authorization", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("Cookie", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("Signature", StringComparison.OrdinalIgnoreCase));
        return (start, start + (isHeader ? line.Length : EndOfValue(ref lines, separator, start)));
    }

    /// <summary>Whether a connection string's setting stands here: its name begins a line, or the words of its name follow a semicolon.</summary>
    private static bool IsSetting(ReadOnlySpan<char> text, ReadOnlySpan<char> name)
    {
        text = text.TrimEnd(' ');
        if (!text.EndsWith(name))
        {
            return false;
        }

        text = text[..^name.Length].TrimEnd(' ');
        if (text is [] or [.., '\r' or '\n'])
        {
            return true;
        }

        while (text is [.., ' ' or '_' or '-'] || (text.Length > 0 && char.IsAsciiLetterOrDigit(text[^1])))
        {
            text = text[..^1];
        }

        return text is [.., ';'];
    }

    /// <summary>
    /// A connection string's password may have anything in it but a semicolon, so that nothing else tells where it ends. Within quotes, it
    /// may have that too, and twice the quote itself. Quotes stay where they are around all of it.
    /// </summary>
    private static (int Start, int End) Setting(ref LineCursor lines, int start, int end)
    {
        var text = lines.Text;
        var quote = start > 0 && text[start - 1] is '"' or '\'' ? text[start - 1] : '\0';
        while (quote != '\0' && end + 1 < text.Length && text[end] == quote && text[end + 1] == quote)
        {
            end += 2 + ClosingQuote(lines.From(end + 2), quote, escaped: false);
        }

        var rest = lines.From(end);
        var close = rest.StartsWith('\\') ? 2 : 1;
        if (quote != '\0' && (rest.Length <= close || rest[close..].TrimStart(' ') is [] or [';', ..]))
        {
            return (start, end);
        }

        start -= quote == '\0' ? 0 : text[start - 2] == '\\' ? 2 : 1;
        return (start, lines.Semicolon(end) ?? end + rest.Length);
    }

    private static int ClosingQuote(ReadOnlySpan<char> value, char quote, bool escaped)
    {
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] == '\\' && !(escaped && index + 1 < value.Length && value[index + 1] == quote))
            {
                index++;
            }
            else if (value[index] == quote || (escaped && value[index] == '\\'))
            {
                return index;
            }
        }

        return value.Length;
    }

    /// <summary>
    /// Behind <c>name=</c> a connection string's value ends at its semicolon, else a value ends with its word; behind
    /// <c>name: </c> and <c>name = </c> it may be several words.
    /// </summary>
    private static int EndOfValue(ref LineCursor lines, int separator, int start)
    {
        var line = lines.From(start);
        var spaced = lines.Text[separator] == ':' || start > separator + 1 || (separator > 0 && lines.Text[separator - 1] == ' ');
        var end = spaced ? line.IndexOfAny(EndsPhrase) : lines.Semicolon(start) - start ?? line.IndexOfAny(EndsWord);
        return end < 0 ? line.Length : end;
    }

    /// <summary>Remembers where the line and the next semicolon are: to look for them anew at each value would be as often as the text is long.</summary>
    private ref struct LineCursor(string text)
    {
        private int _end = -1;
        private int _semicolon = -1;

        public readonly string Text => text;

        /// <summary>What is left of the line.</summary>
        public ReadOnlySpan<char> From(int start)
        {
            if (start > _end)
            {
                _end = text.AsSpan(start).IndexOfAny('\r', '\n') is >= 0 and var newLine ? start + newLine : text.Length;
            }

            return text.AsSpan(start, _end - start);
        }

        /// <summary>Where the next one of the line is.</summary>
        public int? Semicolon(int start)
        {
            var line = From(start);
            if (start > _semicolon)
            {
                _semicolon = line.IndexOf(';') is >= 0 and var found ? start + found : _end;
            }

            return _semicolon < _end ? _semicolon : null;
        }
    }
}
