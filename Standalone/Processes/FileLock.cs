namespace ProdReady.Standalone.Processes;

/// <summary>A lock between processes that a dead one cannot keep: the kernel drops it with the process.</summary>
public sealed class FileLock : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What .NET says of a file that somebody has open: <c>EAGAIN</c> of Linux and of macOS, two errors of Windows.</summary>
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

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
    /// <exception cref="StackException">It cannot be opened, or not by this user, so that nobody can tell.</exception>
    public static FileLock? TryTake(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return null;
        }
        catch (IOException exception)
        {
            // Such as a full disk: a lock that can never be had must not be waited for
            throw new StackException($"{path} cannot be opened: {exception.Message}", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StackException(
                $"{path} cannot be opened by {Environment.UserName}: run this as the user whose file it is, or, for a stack of your own, set PRODREADY_STATE to another folder.",
                exception);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
