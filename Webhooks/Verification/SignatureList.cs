namespace ProdReady.Webhooks.Verification;

/// <summary>The signatures of one request, read in place: no text is copied.</summary>
internal readonly ref struct SignatureList
{
    /// <summary>One for each secret that is active while it is rolled; more is somebody trying something.</summary>
    private const int MaxSignatures = 16;

    private readonly ReadOnlySpan<char> _text;
    private readonly SignatureLayout _layout;
    private readonly char _separator;

    private SignatureList(ReadOnlySpan<char> text, SignatureLayout layout, char separator)
    {
        _text = text;
        _layout = layout;
        _separator = separator;
    }

    /// <summary>Reads the form of all of <paramref name="text"/>, and the time that stands in it.</summary>
    public static bool TryRead(
        ReadOnlySpan<char> text, SignatureScheme scheme, out SignatureList list, out ReadOnlySpan<char> time)
    {
        time = default;
        list = default;
        if (scheme.Layout is SignatureLayout.Plain)
        {
            if (!text.StartsWith(scheme.Prefix, StringComparison.Ordinal) || text.Length == scheme.Prefix.Length)
            {
                return false;
            }

            list = new SignatureList(text[scheme.Prefix.Length..], scheme.Layout, default);
            return true;
        }

        list = new SignatureList(text, scheme.Layout, scheme.Layout is SignatureLayout.VersionedList ? ' ' : scheme.Separator);
        return list.TryReadEntries(scheme, out time);
    }

    /// <summary>The next signature with this tag, from <paramref name="at"/> on; a plain one has no tag.</summary>
    public bool TryNext(string? tag, ref int at, out ReadOnlySpan<char> signature)
    {
        signature = default;
        while (at <= _text.Length)
        {
            var rest = _text[at..];
            if (_layout is SignatureLayout.Plain)
            {
                at = _text.Length + 1;
                signature = rest;
                return true;
            }

            var end = rest.IndexOf(_separator);
            end = end < 0 ? rest.Length : end;
            at += end + 1;
            if (TrySplit(rest[..end], out var name, out var value) && name.SequenceEqual(tag))
            {
                signature = value;
                return true;
            }
        }

        return false;
    }

    private bool TryReadEntries(SignatureScheme scheme, out ReadOnlySpan<char> time)
    {
        time = default;
        var hasTime = false;
        var signatures = 0;
        foreach (var range in _text.Split(_separator))
        {
            if (!TrySplit(_text[range], out var name, out var value))
            {
                return false;
            }

            if (scheme.TimestampKey is not null && name.SequenceEqual(scheme.TimestampKey))
            {
                // A second one would leave open which of them was signed
                if (hasTime)
                {
                    return false;
                }

                hasTime = true;
                time = value;
            }
            else if (IsTag(scheme, name) && ++signatures > MaxSignatures)
            {
                return false;
            }
        }

        return signatures > 0;
    }

    private bool TrySplit(ReadOnlySpan<char> entry, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        entry = entry.Trim();
        var equals = entry.IndexOf(_layout is SignatureLayout.VersionedList ? ',' : '=');
        name = equals < 0 ? default : entry[..equals];
        value = equals < 0 ? default : entry[(equals + 1)..];
        return equals >= 0;
    }

    private static bool IsTag(SignatureScheme scheme, ReadOnlySpan<char> name)
    {
        for (var index = 0; index < scheme.Keys.Count; index++)
        {
            if (name.SequenceEqual(scheme.Keys[index].Tag))
            {
                return true;
            }
        }

        return false;
    }
}
