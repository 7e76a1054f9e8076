namespace ProdReady.BackupWorker.Restoring;

/// <summary>How a restore ended, and what came out.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Id">The backup, as asked for or as found.</param>
/// <param name="Target">The new database.</param>
/// <param name="Message">What happened, in a sentence or two.</param>
/// <param name="Tables">Row counts, once something was restored.</param>
internal sealed record RestoreResult(
    RestoreVerdict Verdict, string Id, string Target, string Message, IReadOnlyList<TableComparison>? Tables = null);
