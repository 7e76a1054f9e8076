using System.Text;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>URLs inside text: passwords in front of the host, and query strings, also of paths without a host.</summary>
internal static class UrlMasking
{
    private const string SchemeEnd = "://";

    /// <summary>What a sentence may have put behind a URL.</summary>
    private const string Closing = "\"'`<>()[]{}.,;:!";

    /// <summary>Each is looked for in the rest of its word: the rest of a word with more of them is hidden.</summary>
    private const int MostUrls = 64;

    public static string Mask(string text)
    {
        if (!text.Contains('?', StringComparison.Ordinal)
            && !(text.Contains('@', StringComparison.Ordinal) && text.Contains(SchemeEnd, StringComparison.Ordinal)))
        {
            return text;
        }

        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            // Only white space ends a URL: quotes and brackets may be part of a password or of a value
            var end = EndOfWord(rest);
            MaskWord(masked, rest[..end]);
            rest = rest[end..];
            var gap = EndOfGap(rest);
            masked.Append(rest[..gap]);
            rest = rest[gap..];
        }

        return masked.Length == text.Length && masked.Equals(text) ? text : masked.ToString();
    }

    private static void MaskWord(StringBuilder masked, ReadOnlySpan<char> word)
    {
        // Several in a word, as in JSON without spaces; but what is behind a question mark is a query's, whatever it looks like
        var urls = 0;
        while (word.IndexOf(SchemeEnd, StringComparison.Ordinal) is >= 0 and var scheme && (urls == 0 || !word[..scheme].Contains('?')))
        {
            if (urls++ == MostUrls)
            {
                masked.Append(Redactor.Mask);
                return;
            }

            var start = scheme + SchemeEnd.Length;
            masked.Append(word[..start]);
            word = word[start..];
            var userEnd = EndOfUser(word);
            if (userEnd >= 0)
            {
                var user = word[..userEnd].IndexOf(':');
                masked.Append(word[..(user + 1)]).Append(Redactor.Mask);
                word = word[userEnd..];
            }
        }

        var query = word.IndexOf('?');
        if (query < 0 || !(urls > 0 || word[..query].Contains('/') || word[query..].Contains('=')))
        {
            masked.Append(word);
            return;
        }

        var length = word[(query + 1)..].TrimEnd(Closing).Length;
        masked.Append(word[..query]);
        QueryMasking.Append(masked, word.Slice(query, length + 1));
        masked.Append(word[(query + 1 + length)..]);
    }

    /// <summary>
    /// Where the @ behind user and password stands, or -1. Passwords that were not percent-encoded hold anything, also @, / and ?:
    /// such a URL is malformed, and most likely to be in an error's text just for that.
    /// </summary>
    private static int EndOfUser(ReadOnlySpan<char> word)
    {
        var last = word.LastIndexOf('@');
        if (last < 0)
        {
            return -1;
        }

        var end = word.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? word : word[..end];
        if (authority.Contains('@'))
        {
            return last;
        }

        // No user in front of the first slash: fine, unless what looks like a port is none
        var colon = authority.LastIndexOf(':');
        var port = authority[(colon + 1)..];
        return colon < 0 || authority is ['[', ..] || !port.ContainsAnyExceptInRange('0', '9') ? -1 : last;
    }

    private static int EndOfWord(ReadOnlySpan<char> text)
    {
        var index = 0;
        while (index < text.Length && !IsGap(text[index]))
        {
            index++;
        }

        return index;
    }

    private static int EndOfGap(ReadOnlySpan<char> text)
    {
        var index = 0;
        while (index < text.Length && IsGap(text[index]))
        {
            index++;
        }

        return index;
    }

    private static bool IsGap(char character) => char.IsWhiteSpace(character) || char.IsControl(character);
}
