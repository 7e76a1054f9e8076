using System.Collections;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>What is logged about one request: nothing that a stranger can make up, least of all its path and query.</summary>
internal sealed class RequestLine : ISelfWritten, IReadOnlyList<KeyValuePair<string, object?>>
{
    public static readonly Func<RequestLine, Exception?, string> Formatter = static (line, _) => line.ToString();

    private static readonly JsonEncodedText MethodName = JsonEncodedText.Encode("method");
    private static readonly JsonEncodedText RouteName = JsonEncodedText.Encode("route");
    private static readonly JsonEncodedText StatusName = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText DurationName = JsonEncodedText.Encode("durationMs");
    private static readonly JsonEncodedText ClientName = JsonEncodedText.Encode("client");
    private static readonly JsonEncodedText RequestBytesName = JsonEncodedText.Encode("requestBytes");
    private static readonly JsonEncodedText ResponseBytesName = JsonEncodedText.Encode("responseBytes");

    public required string Method { get; init; }

    public required string Route { get; init; }

    public required int Status { get; init; }

    public required Milliseconds Duration { get; init; }

    /// <summary><see langword="null"/> for a Unix socket or an in-memory server.</summary>
    public required IPAddress? Client { get; init; }

    public required long RequestBytes { get; init; }

    public required long ResponseBytes { get; init; }

    public int Count => 8;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("method", Method),
        1 => new("route", Route),
        2 => new("status", Status),
        3 => new("durationMs", Duration.Value),
        4 => new("client", Client?.ToString()),
        5 => new("requestBytes", RequestBytes),
        6 => new("responseBytes", ResponseBytes),
        7 => new(FieldReader.Template, "{method} {route} {status} in {durationMs} ms"),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public int FormatMessage(Span<byte> utf8) =>
        Utf8.TryWrite(utf8, CultureInfo.InvariantCulture, $"{Method} {Route} {Status} in {Duration} ms", out var written)
        || Utf8.TryWrite(utf8, CultureInfo.InvariantCulture, $"{Method} {Status} in {Duration} ms", out written)
            ? written
            : 0;

    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString(MethodName, Method);
        json.WriteString(RouteName, Route);
        json.WriteNumber(StatusName, Status);
        Span<byte> duration = stackalloc byte[Milliseconds.MaxLength];
        Duration.TryFormat(duration, out var digits, format: default, provider: null);
        json.WritePropertyName(DurationName);
        json.WriteRawValue(duration[..digits], skipInputValidation: true);
        if (Client is not null)
        {
            Span<byte> address = stackalloc byte[64];
            Client.TryFormat(address, out var length);
            json.WriteString(ClientName, address[..length]);
        }

        json.WriteNumber(RequestBytesName, RequestBytes);
        json.WriteNumber(ResponseBytesName, ResponseBytes);
    }

    public override string ToString()
    {
        Span<byte> message = stackalloc byte[LineBuffer.MessageLength];
        return Encoding.UTF8.GetString(message[..FormatMessage(message)]);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
