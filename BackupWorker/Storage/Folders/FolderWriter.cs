namespace ProdReady.BackupWorker.Storage.Folders;

/// <summary>Writes <c>{file}.partial</c>, which becomes <c>{file}</c>.</summary>
internal sealed partial class FolderWriter : IFileWriter
{
    private readonly string _folder;
    private readonly string _file;
    private readonly ILogger _logger;
    private readonly FileStream _content;
    private bool _committed;

    public FolderWriter(string folder, string file, ILogger logger)
    {
        (_folder, _file, _logger) = (folder, file, logger);
        _content = OwnedFile.CreateAnew(Partial);
        Content = new FolderWriteStream(_content, folder, file);
    }

    public Stream Content { get; }

    private string Partial => Path.Combine(_folder, _file + FileNames.Partial);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _content.FlushAsync(cancellationToken);
            // Seconds for a big file, which no thread of the pool's should miss
            await Task.Factory.StartNew(
                () => _content.Flush(flushToDisk: true), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await _content.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            File.Move(Partial, Path.Combine(_folder, _file), overwrite: true);
            _committed = true;
            OwnedFile.SyncFolder(_folder);
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, _file, "written");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            // Before its last buffer is written: on a full disk that fails, and the name must go all the same
            File.Delete(Partial);
            await _content.DisposeAsync();
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            if (File.Exists(Partial))
            {
                Log.NotRemoved(_logger, Partial, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Path} cannot be removed; the next run tries again: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string path, string reason);
    }
}
