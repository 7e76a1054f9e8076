using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>One line of the listing: a backup that exists, or a run that made none.</summary>
/// <param name="Id">Names it in URLs and on the command line.</param>
/// <param name="Database">What was backed up.</param>
/// <param name="Status"><c>waiting</c>, <c>running</c>, <c>failed</c>, or the best of its copies: <c>ok</c>, <c>unverified</c>, <c>corrupt</c>.</param>
/// <param name="Size">Its files' bytes in each destination, once there are some.</param>
/// <param name="StartedAt">When the run started.</param>
/// <param name="CompletedAt">When it ended.</param>
/// <param name="Trigger">Who wanted it: <c>schedule</c>, <c>request</c> (the API) or <c>command</c> (the command line); nothing where its run is not recorded.</param>
/// <param name="Error">What is wrong, in a sentence.</param>
/// <param name="Copies">Where it is.</param>
/// <param name="Progress">How far it is, while it is under way.</param>
internal sealed record BackupSummary(
    string Id,
    string Database,
    string Status,
    long? Size,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string? Trigger,
    string? Error,
    IReadOnlyList<BackupCopy> Copies,
    RunProgressView? Progress)
{
    /// <summary>A backup by what there is of it, and who wanted it. One whose manifests cannot be used is known by its name alone.</summary>
    public static BackupSummary Of(BackupListing backup, string? trigger)
    {
        var name = backup.Copies is [var copy, ..] ? copy.Name : backup.Unusable[0].Name;
        var manifest = backup.Copies.MinBy(one => one.State)?.Manifest;
        var errors = backup.Copies.Select(one => one.Error).OfType<string>().Concat(backup.Unusable.Select(one => one.Problem)).ToList();
        return new(
            name.Id,
            name.Database,
            BackupCopy.StatusOf(backup.Copies.Select(one => one.State).Concat(backup.Unusable.Select(one => one.State)).Min()),
            manifest?.Size,
            manifest?.StartedAt ?? name.StartedAt,
            manifest?.CompletedAt,
            trigger,
            errors.Count > 0 ? string.Join(' ', errors) : null,
            [.. backup.Copies.Select(BackupCopy.Of), .. backup.Unusable.Select(BackupCopy.Of)],
            null);
    }

    /// <summary>Those of one database, or of one status, or all.</summary>
    public static IReadOnlyList<BackupSummary> Filter(IReadOnlyList<BackupSummary> all, string? database, string? status) =>
        [.. all.Where(one => (database is null || one.Database == database) && (status is null || one.Status == status))];

    /// <summary>A run without a backup.</summary>
    public static BackupSummary Of(BackupRun run) => new(
        run.Id, run.Database, run.Status, null, run.StartedAt, run.CompletedAt, run.Trigger, run.Error, [],
        run is { Status: RunStatus.Running, Stage: { } stage } ? new(stage, run.BytesDone ?? 0, run.BytesTotal ?? 0) : null);
}
