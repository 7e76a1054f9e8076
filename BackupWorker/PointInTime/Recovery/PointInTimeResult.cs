using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What a restore to a point in time came to.</summary>
/// <param name="Verdict">How it ended; row counts are not compared.</param>
/// <param name="Message">The same in sentences, for the operator.</param>
/// <param name="BaseId">The base backup that it began with.</param>
/// <param name="DataDirectory">The directory.</param>
/// <param name="LastCommit">When the last transaction in it was committed, if the log held one.</param>
/// <param name="Timeline">The timeline that it was recovered along.</param>
internal sealed record PointInTimeResult(
    RestoreVerdict Verdict,
    string Message,
    string? BaseId = null,
    string? DataDirectory = null,
    DateTimeOffset? LastCommit = null,
    uint? Timeline = null);
