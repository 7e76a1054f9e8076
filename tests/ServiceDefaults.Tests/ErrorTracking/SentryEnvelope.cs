using System.Text.Json;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>One item of an envelope.</summary>
public sealed record SentryItem(string Type, JsonElement EnvelopeHeader, JsonElement Payload)
{
    /// <summary>Everything that was sent, as one text.</summary>
    public string Text => EnvelopeHeader.GetRawText() + Payload.GetRawText();
}

/// <summary>
/// Reads an envelope as Sentry's documentation defines it (develop.sentry.dev/sdk/data-model/envelopes): a line of headers,
/// then for each item a line of headers and a payload of the length that they give, or else up to the end of the line.
/// </summary>
internal static class SentryEnvelope
{
    private const byte NewLine = (byte)'\n';

    public static List<SentryItem> Parse(ReadOnlyMemory<byte> envelope)
    {
        var header = ReadJson(ReadLine(ref envelope));
        var items = new List<SentryItem>();
        while (!envelope.IsEmpty)
        {
            var itemHeader = ReadJson(ReadLine(ref envelope));
            var type = itemHeader.GetProperty("type").GetString() ?? throw new FormatException("An item has no type.");
            ReadOnlyMemory<byte> payload;
            if (itemHeader.TryGetProperty("length", out var length))
            {
                payload = envelope[..length.GetInt32()];
                envelope = envelope[length.GetInt32()..];
                if (!envelope.IsEmpty && envelope.Span[0] != NewLine)
                {
                    throw new FormatException("There is something behind an item's payload.");
                }

                envelope = envelope.IsEmpty ? envelope : envelope[1..];
            }
            else
            {
                payload = ReadLine(ref envelope);
            }

            var item = new SentryItem(type, header, ReadJson(payload));
            if (type is "event" or "transaction"
                && header.GetProperty("event_id").GetString() != item.Payload.GetProperty("event_id").GetString())
            {
                throw new FormatException("The envelope is not about the event that it holds.");
            }

            items.Add(item);
        }

        return items.Count > 0 ? items : throw new FormatException("The envelope holds nothing.");
    }

    private static ReadOnlyMemory<byte> ReadLine(ref ReadOnlyMemory<byte> text)
    {
        var end = text.Span.IndexOf(NewLine);
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line;
    }

    private static JsonElement ReadJson(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json).RootElement;
}
