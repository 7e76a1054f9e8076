namespace ProdReady.BackupWorker.Storage.Folders;

/// <summary>What went wrong with a file, as a sentence that says where and what to do.</summary>
internal static class FolderFailure
{
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int QuotaExceededOnMacOs = 69;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    /// <summary>Whether a file system raises it.</summary>
    public static bool Is(Exception exception) =>
        exception is (IOException or UnauthorizedAccessException) and not StorageException;

    /// <summary>The sentence.</summary>
    /// <param name="exception">What the file system said.</param>
    /// <param name="folder">The destination's folder.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="verb">What could not be done with it, such as <c>written</c>.</param>
    public static StorageException Of(Exception exception, string folder, string file, string verb) => new(
        exception switch
        {
            UnauthorizedAccessException =>
                $"{Path.Combine(folder, file)} cannot be {verb}: '{Environment.UserName}' lacks the permission. "
                + "Make that user the owner of the folder.",
            DirectoryNotFoundException => $"{Path.Combine(folder, file)} cannot be {verb}: the folder {folder} does not exist.",
            { HResult: NoSpaceLeft or DiskFullOnWindows } => $"{Path.Combine(folder, file)} cannot be {verb}: the disk of {folder} is full.",
            { HResult: QuotaExceeded or QuotaExceededOnMacOs } =>
                $"{Path.Combine(folder, file)} cannot be {verb}: the quota of '{Environment.UserName}' on the disk of {folder} is used up.",
            { HResult: ReadOnlyFileSystem } => $"{Path.Combine(folder, file)} cannot be {verb}: the disk of {folder} is read-only.",
            _ => $"{Path.Combine(folder, file)} cannot be {verb}: {exception.Message.TrimEnd('.')}.",
        },
        exception);
}
