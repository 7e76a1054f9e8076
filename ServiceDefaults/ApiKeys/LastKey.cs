using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// The key that a connection's last request bore, and its hash: most connections bring the same one again and again, and to hash it takes longer than all
/// else about it. Whether it is good is asked anew for each request.
/// </summary>
internal sealed class LastKey
{
    /// <summary>Longer than any key: a connection is no place to leave things.</summary>
    private const int Longest = 256;

    private static readonly object Name = new();

    private volatile Known _known = new([], []);

    /// <summary>That of a request's connection; none where requests share one at the same time.</summary>
    public static LastKey? Of(HttpRequest request)
    {
        if (!HttpProtocol.IsHttp11(request.Protocol) || request.HttpContext.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return null;
        }

        if (items.TryGetValue(Name, out var last))
        {
            return (LastKey?)last;
        }

        var first = new LastKey();
        items[Name] = first;
        return first;
    }

    /// <summary>
    /// Finds the hash of a key, if it is the last one. How long that takes tells nothing about the last one but its length: a proxy may send several
    /// callers' requests over one connection.
    /// </summary>
    public bool TryGetHash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        var known = _known;
        if (text.IsEmpty || !IsSame(text, known.Text))
        {
            return false;
        }

        known.Hash.CopyTo(hash);
        return true;
    }

    public void Remember(ReadOnlySpan<char> text, ReadOnlySpan<byte> hash)
    {
        if (text.Length <= Longest)
        {
            _known = new(text.ToArray(), hash.ToArray());
        }
    }

    /// <summary>The library's own comparison takes as long as the hash: it must not be optimized, and goes byte by byte.</summary>
    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        var difference = 0;
        for (var index = 0; index < one.Length; index++)
        {
            difference |= one[index] ^ other[index];
        }

        return difference == 0;
    }

    private sealed record Known(char[] Text, byte[] Hash);
}
