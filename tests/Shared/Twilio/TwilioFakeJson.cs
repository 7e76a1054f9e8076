using System.Globalization;
using System.Text.Json;

namespace ProdReady.Testing;

/// <summary>Writes Twilio's JSON: numbers as strings, dates by RFC 2822, <c>error_code</c> as an integer.</summary>
internal static class TwilioFakeJson
{
    public static Task WriteAsync(HttpResponse response, TwilioFakeMessage message, string status) =>
        WriteAsync(response, json => Write(json, message, status));

    public static Task WriteAsync(
        HttpResponse response, IReadOnlyList<TwilioFakeMessage> messages, int page, int size, string? nextPageUri) =>
        WriteAsync(response, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("page", page);
            json.WriteNumber("page_size", size);
            json.WriteNumber("start", page * size);
            json.WriteNumber("end", (page * size) + Math.Max(messages.Count - 1, 0));
            json.WriteString("uri", response.HttpContext.Request.Path + response.HttpContext.Request.QueryString);
            json.WriteString("next_page_uri", nextPageUri);
            json.WriteNull("previous_page_uri");
            json.WriteStartArray("messages");
            foreach (var message in messages)
            {
                Write(json, message, message.Status);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    public static Task WriteErrorAsync(HttpResponse response, int status, int code, string message)
    {
        response.StatusCode = status;
        return WriteAsync(response, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("code", code);
            json.WriteString("message", message);
            json.WriteString("more_info", $"https://www.twilio.com/docs/errors/{code}");
            json.WriteNumber("status", status);
            json.WriteEndObject();
        });
    }

    private static async Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            write(json);
        }

        await response.BodyWriter.FlushAsync();
    }

    private static void Write(Utf8JsonWriter json, TwilioFakeMessage message, string status)
    {
        json.WriteStartObject();
        json.WriteString("sid", message.Sid);
        json.WriteString("account_sid", message.Account);
        json.WriteString("to", message.To);
        json.WriteString("from", message.From);
        json.WriteString("messaging_service_sid", message.MessagingServiceSid);
        json.WriteString("body", message.Body);
        json.WriteString("status", status);
        json.WriteString("direction", "outbound-api");
        json.WritePropertyName("error_code");
        if (message.ErrorCode is { } code)
        {
            json.WriteNumberValue(code);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("error_message", message.ErrorCode is null ? null : "Message was not delivered");
        json.WriteString("num_segments", "1");
        json.WriteString("price", message.Price);
        json.WriteString("price_unit", message.Price is null ? null : "USD");
        json.WriteString("date_created", Rfc2822(message.CreatedAt));
        json.WriteString("date_sent", message.SentAt is { } sent ? Rfc2822(sent) : null);
        json.WriteEndObject();
    }

    private static string Rfc2822(DateTimeOffset time) =>
        time.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
