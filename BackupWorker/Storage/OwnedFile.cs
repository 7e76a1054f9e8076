using System.Runtime.InteropServices;
using System.Text;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Files that only their owner reads, and that are on the disk when we say so.</summary>
internal static class OwnedFile
{
    private const int BufferSize = 128 * 1024;
    private const int OpenReadOnly = 0;

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
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), OpenReadOnly);
        if (descriptor >= 0)
        {
            // Some network file systems refuse this, and have nothing to lose by it
            _ = Fsync(descriptor);
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
