namespace ProdReady.BackupWorker.Storage;

/// <summary>Makes a folder for backups and tries it.</summary>
internal static class WritableFolder
{
    /// <summary>What the names of files begin with that are written to try a destination.</summary>
    public const string ProbePrefix = ".probe-";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates the folder, for its owner alone, unless it exists.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }

    /// <summary>Creates the folder if need be and writes to it.</summary>
    /// <returns>Nothing, or why it does not work, to follow "which".</returns>
    public static string? WhyNot(string path)
    {
        try
        {
            var folder = Path.GetFullPath(path);
            Create(folder);
            using var probe = new FileStream(
                Path.Combine(folder, $"{ProbePrefix}{Guid.NewGuid():N}"),
                FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            probe.Flush();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"cannot be created or written to ({exception.Message.TrimEnd('.')})";
        }
    }
}
