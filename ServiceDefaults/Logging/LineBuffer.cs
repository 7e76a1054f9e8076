using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>What a thread needs to write a line; kept by the thread, so that a line costs next to no allocation.</summary>
internal sealed class LineBuffer
{
    /// <summary>The room for a message that is written without becoming a string, in bytes.</summary>
    public const int MessageLength = 1024;

    /// <summary>
    /// Readable by people, too: only what JSON itself cannot hold, control characters and line separators are escaped. Lone
    /// surrogates become U+FFFD. A page that shows log lines has to encode them as it does any text.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private const int InitialSize = 2048;

    /// <summary>A thread does not keep what one huge line needed.</summary>
    private const int KeptSize = 64 * 1024;

    [ThreadStatic]
    private static LineBuffer? _free;

    private LineBuffer() => Json = new Utf8JsonWriter(
        Bytes, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });

    public ArrayBufferWriter<byte> Bytes { get; } = new(InitialSize);

    public Utf8JsonWriter Json { get; }

    public List<KeyValuePair<string, object?>> Fields { get; } = [];

    /// <summary>The scopes around the line; each a string, or a list of fields.</summary>
    public List<object> Scopes { get; } = [];

    /// <summary>Takes the thread's buffer, or a new one where a value that is being written logs something itself.</summary>
    public static LineBuffer Rent()
    {
        var buffer = _free ?? new LineBuffer();
        _free = null;
        return buffer;
    }

    public void Return()
    {
        Reset();
        _free = Bytes.Capacity <= KeptSize ? this : null;
    }

    public void Reset()
    {
        Bytes.ResetWrittenCount();
        Json.Reset();
        Fields.Clear();
        Scopes.Clear();
    }
}
