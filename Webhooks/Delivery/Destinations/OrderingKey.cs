using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Where an event says to which others it belongs: a JSON pointer (RFC 6901) into its body, or a header.</summary>
internal sealed class OrderingKey
{
    private const string HeaderPrefix = "header:";

    /// <summary>Longer ones are hashed: Postgres indexes none of more than 2.7 KB.</summary>
    private const int LongestKey = 200;

    private readonly string? _header;
    private readonly string[] _pointer;

    private OrderingKey(string? header, string[] pointer)
    {
        _header = header;
        _pointer = pointer;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out OrderingKey? key)
    {
        key = null;
        if (text.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
        {
            var name = text[HeaderPrefix.Length..];
            key = HeaderNames.IsToken(name) ? new(name.ToLowerInvariant(), []) : null;
        }
        else if (text.Length > 1 && text[0] == '/' && !text.Replace("~0", "", StringComparison.Ordinal)
            .Replace("~1", "", StringComparison.Ordinal).Contains('~', StringComparison.Ordinal))
        {
            key = new(null, [.. text[1..].Split('/').Select(part =>
                part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
        }

        return key is not null;
    }

    /// <summary>The key of an event, within its source; <see langword="null"/> where it has none, and no order.</summary>
    public string? Of(EventContent content)
    {
        var value = _header is null ? FromBody(content.Body) : content.Headers.GetValueOrDefault(_header);
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        // The queue holds it in clear, and it may be, or hold, just what the body is encrypted for. Headers are in clear anyway.
        return _header is null && content.Hide is { } hide
            ? $"{content.Source}:hidden:{hide($"{content.Source}:{value}")}"
            : $"{content.Source}:{Storable(value)}";
    }

    private string? FromBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var element = document.RootElement;
            foreach (var part in _pointer)
            {
                if (!TryStep(element, part, out element))
                {
                    return null;
                }
            }

            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString(),
                JsonValueKind.Null => null,
                _ => element.GetRawText(),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or half a surrogate pair: a stranger's mistake must not stop the deliveries behind it
            return null;
        }
    }

    private static bool TryStep(JsonElement element, string part, out JsonElement next)
    {
        next = default;
        return element.ValueKind switch
        {
            JsonValueKind.Object => element.TryGetProperty(part, out next),
            JsonValueKind.Array => int.TryParse(part, out var index) && index >= 0 && index < element.GetArrayLength()
                && (next = element[index]).ValueKind != JsonValueKind.Undefined,
            _ => false,
        };
    }

    private static string Storable(string value) => value.Length <= LongestKey && !value.Any(char.IsControl)
        && !value.Any(char.IsSurrogate)
            ? value
            : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)))}";
}
