using System.Runtime.CompilerServices;

namespace ProdReady.BackupWorker.Storage.Folders;

/// <summary>
/// A folder, readable by its owner alone. A file is written beside its name, reaches the disk, and only then gets its name.
/// </summary>
internal sealed partial class FolderStorage(string name, string folder, ILogger<FolderStorage> logger) : IBackupStorage
{
    private readonly string _folder = Path.GetFullPath(folder);

    public string Name => name;

    public string Location => _folder;

    public Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            WritableFolder.Create(_folder);
            return Task.FromResult<IFileWriter>(new FolderWriter(_folder, file, logger));
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, file, "created");
        }
    }

    public Task<Stream> OpenAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream>(new FolderReadStream(OwnedFile.Open(Path.Combine(_folder, file)), _folder, file));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StorageFileMissingException(Location, file, exception);
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, file, "read");
        }
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var file in Entries()
            .Where(file => file.Name.StartsWith(prefix, StringComparison.Ordinal)
                && !file.Name.EndsWith(FileNames.Partial, StringComparison.Ordinal)
                && !file.Name.StartsWith(WritableFolder.ProbePrefix, StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(file) is { } stored)
            {
                yield return stored;
            }
        }
    }

    public Task DeleteAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        cancellationToken.ThrowIfCancellationRequested();
        Remove(file);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var removed = new List<string>();
        foreach (var partial in Entries().Select(file => file.Name).Where(file => IsUnfinished(file, which)).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Remove(partial);
            Log.LeftoverRemoved(logger, Path.Combine(_folder, partial));
            removed.Add(partial[..^FileNames.Partial.Length]);
        }

        return Task.FromResult<IReadOnlyList<string>>(removed);
    }

    public Task<string?> WhyNotAsync(CancellationToken cancellationToken) =>
        Task.FromResult(WritableFolder.WhyNot(_folder) is { } reason ? $"The folder {_folder} {reason}." : null);

    private static bool IsUnfinished(string file, Predicate<string> which) =>
        file.EndsWith(FileNames.Partial, StringComparison.Ordinal) && which(file[..^FileNames.Partial.Length]);

    private FileInfo[] Entries()
    {
        try
        {
            return new DirectoryInfo(_folder).GetFiles();
        }
        catch (DirectoryNotFoundException) when (!File.Exists(_folder) && new DirectoryInfo(_folder).LinkTarget is null)
        {
            // It is created with the first file
            return [];
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new StorageException($"{_folder} cannot be listed: it is no folder, or a link to one that is not there.", exception);
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, "", "listed");
        }
    }

    private StoredFile? Read(FileInfo file)
    {
        try
        {
            return new(file.Name, file.Length, new(file.LastWriteTimeUtc, TimeSpan.Zero));
        }
        catch (FileNotFoundException)
        {
            // Deleted meanwhile
            return null;
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, file.Name, "read");
        }
    }

    private void Remove(string file)
    {
        try
        {
            File.Delete(Path.Combine(_folder, file));
            OwnedFile.SyncFolder(_folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Then the file is not there either
        }
        catch (Exception exception) when (FolderFailure.Is(exception))
        {
            throw FolderFailure.Of(exception, _folder, file, "removed");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed {Path}, left by a run that did not end")]
        public static partial void LeftoverRemoved(ILogger logger, string path);
    }
}
