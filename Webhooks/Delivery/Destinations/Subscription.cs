using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Which events a destination gets: a source, or any, and a pattern of types.</summary>
internal sealed partial record Subscription
{
    private const string Any = "*";

    private Subscription(string source, string type)
    {
        Source = source;
        Type = type;
    }

    public string Source { get; }

    public string Type { get; }

    /// <summary>Reads <c>source:type</c>; a source alone means all its events.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Subscription? subscription)
    {
        subscription = null;
        var parts = (text ?? "").Split(':', 2);
        var type = parts.Length == 2 ? parts[1] : Any;
        if (!SourceName().IsMatch(parts[0]) || type.Length is 0 or > 255 || type.Any(char.IsWhiteSpace) || type.Any(char.IsControl))
        {
            return false;
        }

        subscription = new(parts[0].ToLowerInvariant(), type);
        return true;
    }

    /// <summary>Whether an event is meant. One without a type is of all types only.</summary>
    public bool Matches(string source, string? type) =>
        (Source == Any || Source.Equals(source, StringComparison.OrdinalIgnoreCase))
        && (Type == Any || (type is not null && IsLike(type, Type)));

    public override string ToString() => $"{Source}:{Type}";

    /// <summary>In linear time but for the last star: never more than the product of both lengths.</summary>
    private static bool IsLike(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        var (at, place, star, resume) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (place < pattern.Length && pattern[place] == '*')
            {
                (star, resume) = (place++, at);
            }
            else if (place < pattern.Length && pattern[place] == text[at])
            {
                (at, place) = (at + 1, place + 1);
            }
            else if (star >= 0)
            {
                // The last star takes one character more
                (at, place) = (++resume, star + 1);
            }
            else
            {
                return false;
            }
        }

        return pattern[place..].IndexOfAnyExcept('*') < 0;
    }

    [GeneratedRegex(@"\A(\*|[A-Za-z0-9][A-Za-z0-9-]{0,63})\z")]
    private static partial Regex SourceName();
}
