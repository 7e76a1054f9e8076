using System.Text;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Verifying;

/// <summary>Keeps the last bytes of what is written to it.</summary>
internal sealed class TailStream : WriteOnlyStream
{
    private const int Kept = 256;

    private byte[] _tail = [];

    /// <summary>They as text.</summary>
    public string Text => Encoding.UTF8.GetString(_tail);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = buffer.Span;
        _tail = bytes.Length >= Kept ? bytes[^Kept..].ToArray() : [.. _tail[^Math.Min(_tail.Length, Kept - bytes.Length)..], .. bytes];
        return ValueTask.CompletedTask;
    }
}
