using System.Text.Json.Serialization;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>How a restore ended, and what came out.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Id">The backup, as asked for or as found.</param>
/// <param name="Target">The new database, by the name that it has now.</param>
/// <param name="Message">What happened, in a sentence or two.</param>
/// <param name="Destination">Where it was restored from, once a copy was found.</param>
/// <param name="Tables">Row counts, once something was restored.</param>
/// <param name="KeptAs">What the database that was replaced is called now, if one was.</param>
/// <param name="IsLeft">Whether the new database is there, incomplete, since it could not be dropped: no other copy can be restored into it.</param>
internal sealed record RestoreResult(
    RestoreVerdict Verdict,
    string Id,
    string Target,
    string Message,
    string? Destination = null,
    IReadOnlyList<TableComparison>? Tables = null,
    string? KeptAs = null,
    [property: JsonIgnore] bool IsLeft = false);
