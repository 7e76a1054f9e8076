namespace ProdReady.Standalone.Processes;

/// <summary>A lock between processes that a dead one cannot keep: the kernel drops it with the process.</summary>
public sealed class FileLock : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits until the lock on <paramref name="path"/> is free and takes it.</summary>
    public static async Task<FileLock> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Takes the lock if it is free.</summary>
    /// <returns><see langword="null"/> if somebody holds it.</returns>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
