namespace ProdReady.BackupWorker.Runs;

/// <summary>The states of a run and of the backup it made.</summary>
internal static class RunStatus
{
    /// <summary>Another database's turn comes first.</summary>
    public const string Waiting = "waiting";

    /// <summary>Under way.</summary>
    public const string Running = "running";

    /// <summary>Stored, read back and decoded.</summary>
    public const string Ok = "ok";

    /// <summary>Stored, but not proved: it could not be read back when it was made.</summary>
    public const string Unverified = "unverified";

    /// <summary>There is no backup; the error says why.</summary>
    public const string Failed = "failed";

    /// <summary>There was a backup, and a file of it is missing or has changed.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Waiting, Running, Ok, Unverified, Failed, Corrupt];
}
