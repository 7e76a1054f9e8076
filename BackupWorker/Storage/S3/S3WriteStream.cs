namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>The stream of a writer.</summary>
internal sealed class S3WriteStream(S3Writer writer) : WriteOnlyStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(buffer, cancellationToken);
}
