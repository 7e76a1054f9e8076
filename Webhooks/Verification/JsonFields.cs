using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ProdReady.Webhooks.Verification;

/// <summary>Reads several places of a JSON body in one pass, and with that finds out whether it is JSON at all.</summary>
internal static class JsonFields
{
    /// <summary>As many as a bit mask holds.</summary>
    public const int MaxPointers = 32;

    private const int MaxLength = 255;

    /// <summary>Deeper than any real event. The reader skips without recursion, so this costs nothing.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    /// <summary>
    /// Puts the text of each place into <paramref name="values"/>: strings, numbers and booleans of up to 255 characters
    /// without control characters; anything else counts as absent. The last of several properties of one name wins.
    /// </summary>
    /// <returns>Whether the whole body is one JSON object or array.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, ReadOnlySpan<JsonPointer> pointers, Span<string?> values)
    {
        values.Clear();
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                return false;
            }

            Visit(ref reader, pointers, values, 0, (uint)((1UL << pointers.Length) - 1));

            // Throws at anything after the value
            reader.Read();
            return true;
        }
        // The second: an escape sequence that makes half a character
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            values.Clear();
            return false;
        }
    }

    /// <remarks>Recursion is bounded by the longest pointer: what no pointer leads into is skipped.</remarks>
    private static void Visit(
        ref Utf8JsonReader reader, ReadOnlySpan<JsonPointer> pointers, Span<string?> values, int depth, uint alive)
    {
        for (var rest = alive; rest != 0; rest &= rest - 1)
        {
            var index = BitOperations.TrailingZeroCount(rest);
            if (pointers[index].Length == depth)
            {
                values[index] = Text(ref reader);
                alive &= ~(1u << index);
            }
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when alive != 0:
                VisitObject(ref reader, pointers, values, depth, alive);
                break;
            case JsonTokenType.StartArray when alive != 0:
                VisitArray(ref reader, pointers, values, depth, alive);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void VisitObject(
        ref Utf8JsonReader reader, ReadOnlySpan<JsonPointer> pointers, Span<string?> values, int depth, uint alive)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var next = 0u;
            for (var rest = alive; rest != 0; rest &= rest - 1)
            {
                var index = BitOperations.TrailingZeroCount(rest);
                if (reader.ValueTextEquals(pointers[index].NameAt(depth)))
                {
                    next |= 1u << index;
                    // A later property of the same name replaces all of the earlier one
                    values[index] = null;
                }
            }

            reader.Read();
            Visit(ref reader, pointers, values, depth + 1, next);
        }
    }

    private static void VisitArray(
        ref Utf8JsonReader reader, ReadOnlySpan<JsonPointer> pointers, Span<string?> values, int depth, uint alive)
    {
        for (var item = 0; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; item++)
        {
            var next = 0u;
            for (var rest = alive; rest != 0; rest &= rest - 1)
            {
                var index = BitOperations.TrailingZeroCount(rest);
                next |= pointers[index].IsIndex(depth, item) ? 1u << index : 0;
                if (item > 0 && pointers[index].Only[depth])
                {
                    values[index] = null;
                }
            }

            Visit(ref reader, pointers, values, depth + 1, next);
        }
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => EventText.Usable(reader.GetString()),
        JsonTokenType.Number when reader.ValueSpan.Length <= MaxLength => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };
}
