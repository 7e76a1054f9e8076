using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Drills;

/// <summary>What restoring a backup into a throwaway database came to.</summary>
/// <param name="Database">Whose backup.</param>
/// <param name="BackupId">The backup, as asked for or as found.</param>
/// <param name="Destination">Where it was restored from, once one was found.</param>
/// <param name="Succeeded">Whether rows and constraints are those of the manifest.</param>
/// <param name="Error">Else what went wrong, in a sentence.</param>
/// <param name="Took">How long it took: what a real restore will take at least.</param>
/// <param name="Tables">Row counts, once something was restored.</param>
internal sealed record DrillResult(
    string Database,
    string BackupId,
    string? Destination,
    bool Succeeded,
    string? Error,
    TimeSpan Took,
    IReadOnlyList<TableComparison>? Tables);
