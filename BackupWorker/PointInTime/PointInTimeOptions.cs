namespace ProdReady.BackupWorker.PointInTime;

/// <summary>
/// Restores to any point in time, from base backups and the write-ahead log: <c>Backups:PointInTime</c>. It is of the whole server of
/// <c>DIRECT_URL</c> (or <c>DATABASE_URL</c>).
/// </summary>
public sealed class PointInTimeOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:PointInTime";

    /// <summary>Whether base backups are made and the log is kept (<c>BACKUP_POINT_IN_TIME</c>). Default: no.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// When base backups are made (<c>BACKUP_BASE_SCHEDULE</c>): five cron fields, or <c>off</c>. Default: <c>0 1 * * 0</c>, on Sundays at
    /// one.
    /// </summary>
    public string Cron { get; set; } = "0 1 * * 0";

    /// <summary>
    /// The folder that receives the log before it is stored, absolute or relative to the working directory; it may be lost. Default:
    /// <c>wal</c> beside the folder of backups, or in the temporary folder where there is none.
    /// </summary>
    public string? Spool { get; set; }

    /// <summary>
    /// The replication slot that makes the server keep the log until every destination holds it: a name of its own for each stack that
    /// backs this server up. Lower-case letters, digits and underscores, at most 40. Default: <c>prodready_backups</c>.
    /// </summary>
    public string Slot { get; set; } = "prodready_backups";

    /// <summary>How often the segment that is being filled is stored, if it has changed. 0.5 to 60 seconds. Default: 2 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The server's name in the files' names. Lower-case letters, digits, underscores and dashes, at most 40. Default: <c>server</c>.
    /// </summary>
    public string Label { get; set; } = "server";

    /// <summary>How many base backups each destination keeps, and the log from the oldest of them on. 1 to 1000. Default: 2.</summary>
    public int BasesKept { get; set; } = 2;
}
