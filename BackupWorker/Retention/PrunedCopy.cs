namespace ProdReady.BackupWorker.Retention;

/// <summary>What is decided of one copy of a backup, as it is shown.</summary>
/// <param name="Id">The backup's id.</param>
/// <param name="Database">Its database.</param>
/// <param name="Destination">Where the copy is.</param>
/// <param name="StartedAt">When its run started.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Reason">What became of it (<c>kept</c>, <c>would be removed</c>, <c>removed</c>, <c>not removed</c>), and why.</param>
/// <param name="Error">Why it could not be removed, where it was tried.</param>
internal sealed record PrunedCopy(
    string Id, string Database, string Destination, DateTimeOffset StartedAt, bool Keep, string Reason, string? Error)
{
    public static PrunedCopy Of(PlannedRemoval planned) => new(
        planned.Copy.Name.Id,
        planned.Copy.Name.Database,
        planned.Copy.Shelf.Name,
        planned.Decision.Backup.StartedAt,
        planned.Decision.Keep,
        planned.Reason,
        planned.Error);
}
