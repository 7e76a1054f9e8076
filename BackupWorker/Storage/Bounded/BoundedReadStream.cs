namespace ProdReady.BackupWorker.Storage.Bounded;

/// <summary>A file being read whose calls may hang. It reads into memory of its own: the caller's has another use when a late read fills it.</summary>
internal sealed class BoundedReadStream(BoundedCalls calls, Stream content, string file) : ReadOnlyStream
{
    private readonly byte[] _own = new byte[128 * 1024];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var own = _own.AsMemory(0, Math.Min(_own.Length, buffer.Length));
        var read = await calls.RunAsync($"reading {file}", token => content.ReadAsync(own, token).AsTask(), cancellationToken);
        own[..read].CopyTo(buffer);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Closing hangs where reading does
            _ = Task.Run(content.Dispose, CancellationToken.None);
        }

        base.Dispose(disposing);
    }
}
