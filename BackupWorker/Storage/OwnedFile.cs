using System.Runtime.InteropServices;
using System.Text;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Files that only their owner reads, and that are on the disk when we say so.</summary>
internal static class OwnedFile
{
    private const int BufferSize = 128 * 1024;
    private const int OpenReadOnly = 0;
    private const int Interrupted = 4;
    private const int BadDescriptor = 9;
    private const int AccessDenied = 13;
    private const int InvalidArgument = 22;
    private const int NoSuchCall = 38;
    private const int NotSupported = 95;
    private const int NotSupportedOnMacOs = 45;
    private const int NoSuchCallOnMacOs = 78;

    public static FileStream Create(string path) => Create(path, FileMode.CreateNew, FileShare.Read);

    /// <summary>Starts a file anew that a killed process may have left; one that a living process writes is refused.</summary>
    public static FileStream CreateAnew(string path) => Create(path, FileMode.Create, FileShare.None);

    private static FileStream Create(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = share,
            BufferSize = BufferSize,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(path, options);
    }

    public static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read,
        // Reads are as large as the caller's buffer
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    /// <summary>A renamed file survives a loss of power only once its folder is on the disk too.</summary>
    /// <exception cref="IOException">It is not: the disk failed, or is full; its <c>HResult</c> is the system's number.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be read.</exception>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var name = Encoding.UTF8.GetBytes(path + '\0');
        var (descriptor, error) = Call(() => Open(name, OpenReadOnly));
        if (descriptor < 0)
        {
            throw FailureOf(error);
        }

        // The first failure is the only one: a second fsync may say that all is well
        (_, error) = Call(() => Fsync(descriptor));
        _ = Close(descriptor);
        if (error != 0 && !IsRefusal(error))
        {
            throw FailureOf(error);
        }
    }

    /// <summary>
    /// Whether a file system says that it does not do this at all, as some network file systems do, which have nothing to lose by it. All
    /// else is a failure: what the disk could not take may be gone.
    /// </summary>
    public static bool IsRefusal(int error) =>
        error is BadDescriptor or InvalidArgument
        || (OperatingSystem.IsMacOS() ? error is NotSupportedOnMacOs or NoSuchCallOnMacOs : error is NotSupported or NoSuchCall);

    /// <summary>A signal, which network file systems may hear, means that nothing was done yet.</summary>
    private static (int Result, int Error) Call(Func<int> call)
    {
        while (true)
        {
            var result = call();
            // Read at once: the next call sets it anew
            var error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != Interrupted)
            {
                return (result, error);
            }
        }
    }

    private static Exception FailureOf(int error)
    {
        var sentence = $"its folder cannot be brought onto the disk ({Marshal.GetPInvokeErrorMessage(error)})";
        return error is AccessDenied ? new UnauthorizedAccessException(sentence) : new IOException(sentence, error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
