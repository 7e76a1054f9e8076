namespace ProdReady.BackupWorker.Storage.Bounded;

/// <summary>A file being written whose calls may hang.</summary>
internal sealed class BoundedWriter(BoundedCalls calls, IFileWriter writer, string file) : IFileWriter
{
    public Stream Content { get; } = new Bytes(calls, writer, file);

    public Task CommitAsync(CancellationToken cancellationToken) => calls.RunAsync($"committing {file}", writer.CommitAsync, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (calls.Hanging is { } hanging)
        {
            // Once it answers again, so that no second thread hangs
            _ = hanging.ContinueWith(_ => writer.DisposeAsync().AsTask(), TaskScheduler.Default);
            return;
        }

        try
        {
            await calls.RunAsync($"closing {file}", _ => writer.DisposeAsync().AsTask(), CancellationToken.None);
        }
        catch (StorageException)
        {
            // It is not committed, so that the next run removes it
        }
    }

    /// <summary>Writes from memory of its own: a write that hangs must not find another file's bytes in the caller's, later on.</summary>
    private sealed class Bytes(BoundedCalls calls, IFileWriter writer, string file) : WriteOnlyStream
    {
        private readonly byte[] _own = new byte[128 * 1024];

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (!buffer.IsEmpty)
            {
                var own = _own.AsMemory(0, Math.Min(_own.Length, buffer.Length));
                buffer[..own.Length].CopyTo(own);
                await calls.RunAsync($"writing {file}", token => writer.Content.WriteAsync(own, token).AsTask(), cancellationToken);
                buffer = buffer[own.Length..];
            }
        }
    }
}
