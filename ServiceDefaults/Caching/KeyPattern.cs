using System.Text;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// A pattern of keys: <c>*</c> is any text, <c>?</c> any one character, <c>\</c> makes the next character literal, and all else stands
/// for itself. Redis' own patterns also know sets, which <c>order[7]</c> would become by accident.
/// </summary>
internal sealed class KeyPattern
{
    private readonly record struct Token(char Character, bool IsWildcard);

    private readonly List<Token> _tokens = [];

    public KeyPattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        for (var index = 0; index < pattern.Length; index++)
        {
            if (pattern[index] == '\\' && index + 1 < pattern.Length)
            {
                _tokens.Add(new(pattern[++index], IsWildcard: false));
            }
            else
            {
                _tokens.Add(new(pattern[index], IsWildcard: pattern[index] is '*' or '?'));
            }
        }

        ForRedis = ToRedis();
    }

    /// <summary>
    /// A pattern for SCAN that finds all matching keys, and perhaps a few more: what servers read differently, or as another number of
    /// characters, is left open. <see cref="IsMatch"/> decides.
    /// </summary>
    public string ForRedis { get; }

    /// <summary>Makes <paramref name="text"/> a pattern that matches itself alone.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '*' or '?' or '\\')
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }

    public bool IsMatch(string key)
    {
        var (token, character, star, resume) = (0, 0, -1, 0);
        while (character < key.Length)
        {
            if (token < _tokens.Count && _tokens[token] is { IsWildcard: true, Character: '*' })
            {
                star = token++;
                resume = character;
            }
            else if (token < _tokens.Count && (_tokens[token].IsWildcard || _tokens[token].Character == key[character]))
            {
                token++;
                character++;
            }
            else if (star >= 0)
            {
                // The last * takes one character more; earlier ones need not, as they matched with the least
                token = star + 1;
                character = ++resume;
            }
            else
            {
                return false;
            }
        }

        return _tokens.Skip(token).All(rest => rest is { IsWildcard: true, Character: '*' });
    }

    private string ToRedis()
    {
        var pattern = new StringBuilder();
        foreach (var (character, isWildcard) in _tokens)
        {
            pattern.Append(
                isWildcard || !char.IsAscii(character) ? '*'
                : character is '*' or '?' or '[' or ']' or '^' or '-' or '\\' ? '?'
                : character);
        }

        return pattern.ToString();
    }
}
