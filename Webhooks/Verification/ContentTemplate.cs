using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Webhooks.Verification;

/// <summary>A signed content as text with <c>{id}</c>, <c>{timestamp}</c>, <c>{url}</c> and <c>{body}</c> in it, parsed once.</summary>
internal sealed class ContentTemplate : SignedContent
{
    private const int MaxPieces = 32;
    private const int StackBytes = 512;
    private readonly string _text;
    private readonly (Part Part, byte[] Literal)[] _pieces;
    private readonly string? _afterId;

    private ContentTemplate(string text, (Part Part, byte[] Literal)[] pieces)
    {
        _text = text;
        _pieces = pieces;
        var next = Array.FindIndex(pieces, piece => piece.Part is Part.Id) + 1;
        _afterId = next > 0 && next < pieces.Length && pieces[next] is (Part.Literal, var literal)
            ? Encoding.UTF8.GetString(literal)
            : null;
    }

    private enum Part
    {
        Literal,
        Id,
        Timestamp,
        Url,
        Body,
    }

    public static ContentTemplate Body { get; } = Parse("{body}");

    public override bool HasId => Has(Part.Id);

    public override bool HasTimestamp => Has(Part.Timestamp);

    public override bool HasUrl => Has(Part.Url);

    public override bool HasBody => Has(Part.Body);

    public static ContentTemplate Parse(string text) =>
        TryParse(text, out var template) ? template : throw new ArgumentException($"'{text}' is no template", nameof(text));

    /// <summary>Reads a template. It must sign something of the request, and nothing of it twice.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ContentTemplate? template)
    {
        template = null;
        var pieces = new List<(Part Part, byte[] Literal)>();
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOfAny('{', '}');
            if (open != 0)
            {
                var literal = open < 0 ? rest : rest[..open];
                pieces.Add((Part.Literal, Encoding.UTF8.GetBytes(literal.ToString())));
                rest = rest[literal.Length..];
                continue;
            }

            var close = rest.IndexOf('}');
            if (close < 2 || !TryName(rest[1..close], out var part) || pieces.Exists(piece => piece.Part == part))
            {
                return false;
            }

            pieces.Add((part, []));
            rest = rest[(close + 1)..];
        }

        if (pieces.Count > MaxPieces || pieces.TrueForAll(piece => piece.Part is Part.Literal))
        {
            return false;
        }

        template = new ContentTemplate(text, [.. pieces]);
        return true;
    }

    /// <summary>
    /// Whether an id could be read as another one with another rest: where a dot ends it, a dot inside of it would move the
    /// border between id, time and body, and a signature of one request would be good for a second.
    /// </summary>
    public bool IsAmbiguous(ReadOnlySpan<char> id) =>
        _afterId is not null && id.Contains(_afterId, StringComparison.Ordinal);

    public override bool TryAppend(IncrementalHash hash, in SignedParts parts, int variant)
    {
        foreach (var (part, literal) in _pieces)
        {
            switch (part)
            {
                case Part.Literal:
                    hash.AppendData(literal);
                    break;
                case Part.Body:
                    hash.AppendData(parts.Body);
                    break;
                default:
                    AppendText(hash, TextOf(part, parts));
                    break;
            }
        }

        return true;
    }

    public override int MaxBytes(in SignedParts parts)
    {
        var bytes = parts.Body.Length + Encoding.UTF8.GetMaxByteCount(parts.Id.Length + parts.Timestamp.Length + parts.Url.Length);
        return bytes + _pieces.Sum(piece => piece.Literal.Length);
    }

    public override int Write(in SignedParts parts, Span<byte> destination)
    {
        var length = 0;
        foreach (var (part, literal) in _pieces)
        {
            var rest = destination[length..];
            switch (part)
            {
                case Part.Literal:
                    literal.CopyTo(rest);
                    length += literal.Length;
                    break;
                case Part.Body:
                    parts.Body.CopyTo(rest);
                    length += parts.Body.Length;
                    break;
                default:
                    length += Encoding.UTF8.GetBytes(TextOf(part, parts), rest);
                    break;
            }
        }

        return length;
    }

    public override string ToString() => _text;

    /// <summary>Feeds text as UTF-8 without a copy on the heap; long addresses take a rented buffer.</summary>
    internal static void AppendText(IncrementalHash hash, ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > StackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[StackBytes];
        hash.AppendData(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static ReadOnlySpan<char> TextOf(Part part, in SignedParts parts) => part switch
    {
        Part.Id => parts.Id,
        Part.Timestamp => parts.Timestamp,
        _ => parts.Url,
    };

    private static bool TryName(ReadOnlySpan<char> name, out Part part)
    {
        part = name switch
        {
            "id" => Part.Id,
            "timestamp" => Part.Timestamp,
            "url" => Part.Url,
            "body" => Part.Body,
            _ => Part.Literal,
        };
        return part is not Part.Literal;
    }

    private bool Has(Part part) => Array.Exists(_pieces, piece => piece.Part == part);
}
