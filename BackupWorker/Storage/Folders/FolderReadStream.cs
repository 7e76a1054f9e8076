namespace ProdReady.BackupWorker.Storage.Folders;

/// <summary>A file being read, whose failures are sentences.</summary>
internal sealed class FolderReadStream(FileStream content, string folder, string file) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, folder, file, "read");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
