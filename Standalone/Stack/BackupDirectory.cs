namespace ProdReady.Standalone.Stack;

/// <summary>The folder of a stack's backups.</summary>
public static class BackupDirectory
{
    /// <summary>What <c>BACKUP_DIR</c> says where no folder is wanted.</summary>
    private const string None = "none";

    /// <summary>
    /// <c>BACKUP_DIR</c> for the service, which has another working directory: the configured folder in full, <c>none</c> as it is, or
    /// else a folder of the stack's own.
    /// </summary>
    public static string Setting(string? configured, string stateDirectory) =>
        string.IsNullOrWhiteSpace(configured) ? Path.Combine(stateDirectory, "backups")
        : configured == None ? None
        : Path.GetFullPath(configured);

    /// <summary>The folder itself, or <see langword="null"/> where there is none.</summary>
    public static string? Of(string? configured, string stateDirectory) =>
        Setting(configured, stateDirectory) is not None and var folder ? folder : null;
}
