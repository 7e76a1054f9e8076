using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>What one line is made of, before it has a format. Whatever was hostile in it is a plain value by now.</summary>
internal readonly struct LogLine
{
    public required DateTimeOffset Timestamp { get; init; }

    public required LogLevel Level { get; init; }

    public required LogCategory Category { get; init; }

    /// <summary>Redacted, but with all its characters; of no use if the state writes itself.</summary>
    public required string Message { get; init; }

    /// <summary>The template's fields, as <see cref="FieldReader"/> leaves them.</summary>
    public required List<KeyValuePair<string, object?>> Fields { get; init; }

    /// <summary>The state, if it writes itself.</summary>
    public required ISelfWritten? SelfWritten { get; init; }

    public required Exception? Exception { get; init; }
}

/// <summary>A logger's name, encoded once.</summary>
internal sealed class LogCategory(string name)
{
    public string Name => name;

    public JsonEncodedText Json { get; } = JsonEncodedText.Encode(name, LineBuffer.Encoder);
}

/// <summary>
/// A state that is logged so often that its fields must not become objects first. It holds nothing to redact, and its line
/// gets no scopes: they would repeat the path, which it leaves out on purpose.
/// </summary>
internal interface ISelfWritten
{
    /// <summary>Writes the message in UTF-8, at most <see cref="LineBuffer.MessageLength"/> bytes.</summary>
    int FormatMessage(Span<byte> utf8);

    /// <summary>Writes the fields as properties of the line.</summary>
    void WriteFields(Utf8JsonWriter json);
}

/// <summary>The two formats' contract: one call, one line, without a control character but the line feed at its end.</summary>
internal interface ILineFormat
{
    void Write(in LogLine line, LineBuffer buffer);
}
