using System.Text;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>Stands in for standard output.</summary>
internal sealed class LogCapture : Stream
{
    private readonly MemoryStream _bytes = new();
    private readonly Lock _lock = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>All that was written so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_bytes.ToArray());
            }
        }
    }

    /// <summary>Takes all that was written away.</summary>
    public string Take()
    {
        lock (_lock)
        {
            var text = Text;
            _bytes.SetLength(0);
            return text;
        }
    }

    /// <summary>The lines so far, as what they have to be: an object each.</summary>
    public IReadOnlyList<JsonElement> Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Waits for the first line that is as described.</summary>
    public async Task<JsonElement> LineAsync(Func<JsonElement, bool> wanted) =>
        (await Eventually.ReadAsync(() => Task.FromResult(Lines), lines => lines.Any(wanted))).First(wanted);

    /// <summary>Waits for the line of a request, of which there must not be two.</summary>
    public async Task<JsonElement> RequestAsync(string correlationId)
    {
        await LineAsync(Wanted);
        return Assert.Single(Lines, Wanted);

        bool Wanted(JsonElement line) => line.TryGetProperty("route", out _)
            && line.TryGetProperty("correlationId", out var id) && id.GetString() == correlationId;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            _bytes.Write(buffer);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
