namespace ProdReady.BackupWorker.Restoring;

/// <summary>How a restore ended.</summary>
internal enum RestoreVerdict
{
    /// <summary>The new database holds every row that the backup's snapshot held.</summary>
    Restored,

    /// <summary>No such backup.</summary>
    NotFound,

    /// <summary>The archive is not the one that was written. Nothing was created.</summary>
    Corrupt,

    /// <summary>The database to create exists, and was not touched.</summary>
    TargetExists,

    /// <summary>pg_restore or the server refused; the new database is gone again unless the message says otherwise.</summary>
    Failed,

    /// <summary>Restored, but the row counts differ from the manifest's; the new database is left for inspection.</summary>
    RowsDiffer,
}
