using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Sms;

/// <summary>What we read of Twilio's message, as text: Twilio writes numbers as strings and dates by RFC 2822.</summary>
internal sealed record TwilioMessage
{
    /// <summary>Twilio's id of it.</summary>
    public string? Sid { get; init; }

    /// <summary>Its state: <c>queued</c>, <c>sent</c>, <c>delivered</c>, ...; more may come to exist.</summary>
    public string? Status { get; init; }

    /// <summary>A number or null there.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The same in words.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The text.</summary>
    public string? Body { get; init; }

    /// <summary><c>outbound-api</c> for what we send.</summary>
    public string? Direction { get; init; }

    /// <summary>The messaging service that it was sent by.</summary>
    public string? MessagingServiceSid { get; init; }

    /// <summary>When Twilio got it.</summary>
    public string? DateCreated { get; init; }

    /// <summary>When Twilio sent it; null while it waits.</summary>
    public string? DateSent { get; init; }

    /// <summary>How many segments are billed.</summary>
    public string? NumSegments { get; init; }

    /// <summary>What it cost, as a negative number; null until it is known.</summary>
    public string? Price { get; init; }

    /// <summary>The currency of <see cref="Price"/>.</summary>
    public string? PriceUnit { get; init; }
}

/// <summary>What we read of a page of Twilio's list.</summary>
internal sealed record TwilioPage(IReadOnlyList<TwilioMessage>? Messages, string? NextPageUri);

/// <summary>What we read of Twilio's error.</summary>
internal sealed record TwilioError(string? Code, string? Message);

/// <summary>
/// Reads any scalar as text, and anything else as nothing. A field that Twilio writes otherwise one day must not make an
/// answer unreadable: a message that was sent would count as unknown.
/// </summary>
internal sealed class AnyScalarConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(AnyScalarConverter)])]
[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioPage))]
[JsonSerializable(typeof(TwilioError))]
internal sealed partial class TwilioJson : JsonSerializerContext;
