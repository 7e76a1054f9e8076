using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Operations;

/// <summary>An operation as it is at this moment. It is known to the replica that carries it out, for as long as that one runs.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Kind"><c>verify</c>, <c>drill</c> or <c>restore</c>.</param>
/// <param name="Status"><c>running</c>, <c>ok</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Backup">The backup's id.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="BytesDone">The content's bytes so far.</param>
/// <param name="BytesTotal">How many they will be, once that is known.</param>
/// <param name="Steps">What it told so far, in sentences.</param>
/// <param name="Error">What is wrong, in a sentence.</param>
/// <param name="Copies">What a verification found.</param>
/// <param name="Drill">What a drill found.</param>
/// <param name="Restore">What a restore made.</param>
internal sealed record OperationView(
    string Id,
    OperationKind Kind,
    OperationStatus Status,
    string Backup,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long BytesDone,
    long? BytesTotal,
    IReadOnlyList<string> Steps,
    string? Error,
    IReadOnlyList<VerifiedCopy>? Copies,
    DrillResult? Drill,
    RestoreResult? Restore);
