using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// A place in a JSON document: RFC 6901, without the empty pointer to the whole. One addition: for an array, <c>*</c> is
/// its item if it has exactly one, since a batch's first item does not name the batch.
/// </summary>
internal sealed class JsonPointer
{
    private const int MaxSegments = 16;
    private readonly string _text;
    private readonly byte[][] _names;
    private readonly int[] _indexes;

    private JsonPointer(string text, string[] segments)
    {
        _text = text;
        _names = [.. segments.Select(Encoding.UTF8.GetBytes)];
        _indexes = [.. segments.Select(segment =>
            int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)];
        Only = [.. segments.Select(segment => segment == "*")];
    }

    public int Length => _names.Length;

    /// <summary>Whether a segment stands for the item of an array of one.</summary>
    public IReadOnlyList<bool> Only { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPointer? pointer)
    {
        pointer = null;
        if (!text.StartsWith('/') || text.Count('/') > MaxSegments || HasBadEscape(text))
        {
            return false;
        }

        pointer = new JsonPointer(text, [.. text[1..].Split('/').Select(segment =>
            segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
        return true;
    }

    public ReadOnlySpan<byte> NameAt(int depth) => _names[depth];

    public bool IsIndex(int depth, int index) => _indexes[depth] == index || (Only[depth] && index == 0);

    public override string ToString() => _text;

    private static bool HasBadEscape(string text)
    {
        for (var at = text.IndexOf('~', StringComparison.Ordinal); at >= 0; at = text.IndexOf('~', at + 1))
        {
            if (at + 1 == text.Length || text[at + 1] is not ('0' or '1'))
            {
                return true;
            }
        }

        return char.IsSurrogate(text[^1]);
    }
}
