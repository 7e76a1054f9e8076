namespace ProdReady.BackupWorker.Configuration;

/// <summary>Where backups go.</summary>
public sealed class BackupsOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups";

    /// <summary>
    /// The folder that holds the backups (<c>BACKUP_DIR</c>), absolute or relative to the working directory. It is created,
    /// readable by its owner alone, if it does not exist.
    /// </summary>
    public string Directory { get; set; } = "backups";
}
