namespace ProdReady.BackupWorker.Restoring;

/// <summary>What is to be restored, and where to.</summary>
/// <param name="Which">An id, a name, <c>latest</c> or <c>before:TIME</c>.</param>
/// <param name="Into">The database to create.</param>
/// <param name="Database">Whose newest backup, for <c>latest</c> and <c>before</c>; the first configured one if absent.</param>
/// <param name="ThrowawayMark">What marks a database that is only to be looked at and dropped; nothing for one that is to be used.</param>
/// <param name="WithRoles">Whether the roles that the server lacks are created first.</param>
/// <param name="Swap">Whether the new database takes the name of the one that was backed up, if all rows are there.</param>
/// <param name="AcceptUnproved">Whether a backup is restored although nobody knows whether its manifest is genuine.</param>
internal sealed record RestoreRequest(
    string Which,
    string Into,
    string? Database = null,
    string? ThrowawayMark = null,
    bool WithRoles = false,
    bool Swap = false,
    bool AcceptUnproved = false);
