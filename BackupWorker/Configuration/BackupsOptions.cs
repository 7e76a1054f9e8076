namespace ProdReady.BackupWorker.Configuration;

/// <summary>What is backed up, and how.</summary>
public sealed class BackupsOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups";

    /// <summary>
    /// The folder that holds the backups (<c>BACKUP_DIR</c>), absolute or relative to the working directory, or <c>none</c>. It is
    /// created, readable by its owner alone, if it does not exist.
    /// </summary>
    public string Directory { get; set; } = "backups";

    /// <summary>
    /// The databases: names on the server of <c>DIRECT_URL</c> (or <c>DATABASE_URL</c>), or <c>postgres://</c> URLs of others. Each is
    /// backed up on its own: one that fails does not stop the others. Default: the database of that URL.
    /// </summary>
    public IList<string> Databases { get; } = [];

    /// <summary>
    /// How many <c>pg_dump</c> read the rows of a large database side by side, and how many <c>pg_restore</c> write them; 0 (the default)
    /// means one per processor, at most 4. From 0 to 64. Twice as many <c>pg_dump</c> are connected, since half of them wait for their turn.
    /// </summary>
    public int Jobs { get; set; }

    /// <summary>From which size of its tables on a database is dumped by several, in bytes, from 0 on. Default: 128 MiB.</summary>
    public long ParallelFrom { get; set; } = 128L << 20;

    /// <summary>
    /// An alarm is raised when a backup is smaller than the one before by more than this share of it: 0.5 (the default) is half.
    /// Above 0, up to 1; 1 means never.
    /// </summary>
    public double ShrinkAlarm { get; set; } = 0.5;

    /// <summary><see cref="Jobs"/>, or what it stands for.</summary>
    internal int EffectiveJobs => JobsOn(Environment.ProcessorCount);

    /// <summary>The same on a machine of so many processors.</summary>
    internal int JobsOn(int processors) => Jobs > 0 ? Jobs : Math.Clamp(processors, 1, 4);
}
