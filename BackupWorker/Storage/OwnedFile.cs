using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Files that only their owner reads, and that are on the disk when we say so.</summary>
internal static class OwnedFile
{
    private const int BufferSize = 128 * 1024;
    private const int OpenReadOnly = 0;

    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
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

    /// <summary>Writes a JSON file that is either there whole or not at all, also after a loss of power.</summary>
    public static void WriteAtomically<T>(string path, T value)
    {
        var partial = path + BackupDirectory.PartialExtension;
        try
        {
            using (var file = Create(partial))
            {
                JsonSerializer.Serialize(file, value, BackupManifest.Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>A renamed file survives a loss of power only once its folder is on the disk too.</summary>
    private static void SyncFolder(string path)
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
