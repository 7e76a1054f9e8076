using System.Text.Json;

namespace ProdReady.Webhooks.Receiving;

/// <summary>What the sender calls an event: the <c>id</c> and <c>type</c> at the root of its JSON.</summary>
internal readonly record struct EventIdentity(string Id, string? Type)
{
    private const int MaxLength = 255;

    /// <summary>Deeper than any real event. The reader does not recurse, so this costs nothing.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    /// <summary>
    /// Reads a whole JSON object. Its id must be 1 to 255 characters of text without control characters; a type that is
    /// not like that is left out, since nothing but the id is needed to keep an event.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out EventIdentity identity)
    {
        identity = default;
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            string? id = null, type = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isType) = (reader.ValueTextEquals("id"u8), reader.ValueTextEquals("type"u8));
                reader.Read();
                id = isId ? Text(ref reader) : id;
                type = isType ? Text(ref reader) : type;
                reader.Skip();
            }

            // Throws at anything after the object
            reader.Read();
            identity = new EventIdentity(id ?? "", type);
            return id is not null;
        }
        // The second: an escape sequence that makes half a character
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && reader.GetString() is { Length: > 0 and <= MaxLength } text
        && !text.Any(char.IsControl)
            ? text
            : null;
}
