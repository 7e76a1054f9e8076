namespace ProdReady.BackupWorker.Restoring;

/// <summary>A restore to be started.</summary>
/// <param name="Backup">A backup's id or name, <c>latest</c> or <c>before:TIME</c>.</param>
/// <param name="Into">The database to create, which must not exist.</param>
/// <param name="Database">Whose newest backup, with <c>latest</c> and <c>before:TIME</c>; the first database that is configured by default.</param>
/// <param name="WithRoles">Whether the roles that are missing on the server are created first.</param>
/// <param name="Swap">Whether the new database then takes the name of the one that was backed up, which keeps its data under another name.</param>
/// <param name="AcceptUnproved">
/// Whether a backup is restored although nobody knows whether its manifest is genuine: it was made without a key where one is configured now, or
/// with one that is not.
/// </param>
public sealed record NewRestore(
    string? Backup = null, string? Into = null, string? Database = null, bool WithRoles = false, bool Swap = false, bool AcceptUnproved = false);
