using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>One JSON object a line.</summary>
internal sealed class JsonLineFormat(string service) : ILineFormat
{
    /// <summary>Goes in front of a field whose name is one of the line's own.</summary>
    private const string FieldPrefix = "field.";

    private const int TimestampLength = 32;

    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText Level = JsonEncodedText.Encode("level");
    private static readonly JsonEncodedText Category = JsonEncodedText.Encode("category");
    private static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
    private static readonly JsonEncodedText Correlation = JsonEncodedText.Encode(FieldReader.CorrelationId);
    private static readonly JsonEncodedText TraceId = JsonEncodedText.Encode("traceId");
    private static readonly JsonEncodedText SpanId = JsonEncodedText.Encode("spanId");
    private static readonly JsonEncodedText Service = JsonEncodedText.Encode("service");
    private static readonly JsonEncodedText Scopes = JsonEncodedText.Encode("scopes");

    /// <summary>In any case: many systems that take the lines in do not tell <c>Level</c> from <c>level</c>.</summary>
    private static readonly FrozenSet<string> OwnNames = new[]
    {
        "timestamp", "level", "category", "message", FieldReader.CorrelationId, "traceId", "spanId", "service", "scopes", "exception",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly JsonEncodedText[] Levels = [.. Enum.GetNames<LogLevel>().Select(name => JsonEncodedText.Encode(name))];

    private readonly JsonEncodedText _service = JsonEncodedText.Encode(service, LineBuffer.Encoder);

    public void Write(in LogLine line, LineBuffer buffer)
    {
        var json = buffer.Json;
        json.WriteStartObject();
        Span<byte> timestamp = stackalloc byte[TimestampLength];
        line.Timestamp.UtcDateTime.TryFormat(timestamp, out var length, "O", CultureInfo.InvariantCulture);
        json.WriteString(Timestamp, timestamp[..length]);
        json.WriteString(Level, Levels[(int)line.Level]);
        json.WriteString(Category, line.Category.Json);
        WriteMessage(line, json);
        WriteOrigin(json);
        if (line.SelfWritten is { } state)
        {
            state.WriteFields(json);
        }
        else
        {
            WriteFields(json, line.Fields, topLevel: true);
            WriteScopes(json, buffer.Scopes);
        }

        if (line.Exception is { } exception)
        {
            ExceptionJson.Write(json, exception);
        }

        json.WriteEndObject();
        json.Flush();
        buffer.Bytes.GetSpan(1)[0] = (byte)'\n';
        buffer.Bytes.Advance(1);
    }

    private static void WriteMessage(in LogLine line, Utf8JsonWriter json)
    {
        if (line.SelfWritten is not { } state)
        {
            json.WriteString(Message, line.Message);
            return;
        }

        Span<byte> message = stackalloc byte[LineBuffer.MessageLength];
        json.WriteString(Message, message[..state.FormatMessage(message)]);
    }

    private void WriteOrigin(Utf8JsonWriter json)
    {
        if (CorrelationId.Current is { } correlationId)
        {
            json.WriteString(Correlation, correlationId);
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            json.WriteString(TraceId, activity.TraceId.ToHexString());
            json.WriteString(SpanId, activity.SpanId.ToHexString());
        }

        json.WriteString(Service, _service);
    }

    private static void WriteFields(Utf8JsonWriter json, List<KeyValuePair<string, object?>> fields, bool topLevel)
    {
        foreach (var (name, value) in fields)
        {
            // Also a name that has the prefix already: else it could meet a prefixed one
            var taken = topLevel
                && (OwnNames.Contains(name) || name.StartsWith(FieldPrefix, StringComparison.OrdinalIgnoreCase));
            json.WritePropertyName(taken ? FieldPrefix + name : name);
            WriteValue(json, value);
        }
    }

    private static void WriteScopes(Utf8JsonWriter json, List<object> scopes)
    {
        if (scopes.Count == 0)
        {
            return;
        }

        json.WriteStartArray(Scopes);
        foreach (var scope in scopes)
        {
            if (scope is List<KeyValuePair<string, object?>> fields)
            {
                json.WriteStartObject();
                WriteFields(json, fields, topLevel: false);
                json.WriteEndObject();
            }
            else
            {
                json.WriteStringValue((string)scope);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number: json.WriteNumberValue(number); break;
            case float number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case Guid id: json.WriteStringValue(id); break;
            case DateTime time: json.WriteStringValue(time); break;
            case DateTimeOffset time: json.WriteStringValue(time); break;
            case List<object?> items:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            default: json.WriteNumberValue(Convert.ToInt64(value, null)); break; // the small integers
        }
    }
}
