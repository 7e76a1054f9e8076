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
        while (text.AsSpan(position).IndexOfAny('=', ':') is >= 0 and var offset)
        {
            var separator = position + offset;
            position = separator + 1;
            var name = NameBefore(text.AsSpan(copied, separator - copied));
            if (name.IsEmpty || !SecretNames.Contains(name))
            {
                continue;
            }

            var (start, end) = Value(text, separator, name);
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

    private static (int Start, int End) Value(string text, int separator, ReadOnlySpan<char> name)
    {
        var start = separator + 1;
        while (start < text.Length && text[start] == ' ')
        {
            start++;
        }

        var line = text.AsSpan(start);
        line = line[..(line.IndexOfAny('\r', '\n') is >= 0 and var newLine ? newLine : line.Length)];
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
        return (start, start + (isHeader ? line.Length : EndOfValue(line, text, separator, start)));
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
    private static int EndOfValue(ReadOnlySpan<char> line, string text, int separator, int start)
    {
        var spaced = text[separator] == ':' || start > separator + 1 || (separator > 0 && text[separator - 1] == ' ');
        var end = spaced ? line.IndexOfAny(EndsPhrase) : line.IndexOf(';');
        if (end < 0 && !spaced)
        {
            end = line.IndexOfAny(EndsWord);
        }

        return end < 0 ? line.Length : end;
    }
}
