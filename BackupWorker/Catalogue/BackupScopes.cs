namespace ProdReady.BackupWorker.Catalogue;

/// <summary>The scopes of API keys that the endpoints ask for.</summary>
internal static class BackupScopes
{
    /// <summary>Looking.</summary>
    public const string Read = "backups:read";

    /// <summary>Making, verifying, drilling and pruning backups.</summary>
    public const string Run = "backups:run";

    /// <summary>Restoring them, which can replace a database.</summary>
    public const string Restore = "backups:restore";
}
