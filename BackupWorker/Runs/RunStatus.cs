namespace ProdReady.BackupWorker.Runs;

/// <summary>The states of a run and of the backup it made.</summary>
internal static class RunStatus
{
    /// <summary>Under way.</summary>
    public const string Running = "running";

    /// <summary>Stored, read back and decoded.</summary>
    public const string Ok = "ok";

    /// <summary>There is no backup; the error says why.</summary>
    public const string Failed = "failed";

    /// <summary>There was a backup, and its archive is missing or has changed.</summary>
    public const string Corrupt = "corrupt";
}
