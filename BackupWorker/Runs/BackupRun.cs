namespace ProdReady.BackupWorker.Runs;

/// <summary>A row of <c>backups.runs</c>.</summary>
internal sealed record BackupRun(
    string Id,
    string Database,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string? Error,
    string? Stage,
    long? BytesDone,
    long? BytesTotal,
    string Trigger);
