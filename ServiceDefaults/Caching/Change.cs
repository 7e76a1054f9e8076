namespace ProdReady.ServiceDefaults.Caching;

internal enum ChangeKind
{
    /// <summary>An entry was set or removed.</summary>
    Key = 'k',

    /// <summary>A removal by pattern begins: what was read before is not stored any more.</summary>
    PatternBegun = 'p',

    /// <summary>A removal by pattern has ended: what was read during it goes.</summary>
    PatternEnded = 'q',

    /// <summary>A tag got another version.</summary>
    Tag = 't',
}

/// <summary>What one process tells all others, so that their memories do not hold what is no longer so.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The key, the pattern or the tag.</param>
internal readonly record struct Change(ChangeKind Kind, string Name)
{
    /// <summary>Writes the change as process <paramref name="node"/> tells it.</summary>
    public string Encode(string node) => $"{node}|{(char)Kind}{Name}";

    /// <returns><see langword="null"/> for what a later version may write.</returns>
    public static (string Node, Change Change)? Decode(string? text)
    {
        var separator = text?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        return separator > 0 && text!.Length > separator + 2 && Enum.IsDefined((ChangeKind)text[separator + 1])
            ? (text[..separator], new Change((ChangeKind)text[separator + 1], text[(separator + 2)..]))
            : null;
    }
}
