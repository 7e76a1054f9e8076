namespace ProdReady.BackupWorker.Storage.Folders;

/// <summary>A file being written, whose failures are sentences. Closing it is its writer's affair.</summary>
internal sealed class FolderWriteStream(FileStream content, string folder, string file) : WriteOnlyStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await content.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, folder, file, "written");
        }
    }
}
