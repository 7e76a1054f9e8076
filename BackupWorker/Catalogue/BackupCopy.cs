using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>One destination's copy of a backup.</summary>
/// <param name="Destination">The destination's name.</param>
/// <param name="Status"><c>ok</c>, <c>unverified</c> or <c>corrupt</c>.</param>
/// <param name="CheckedAt">When it was last read back as a whole.</param>
/// <param name="DrilledAt">When it was last restored into a throwaway database.</param>
/// <param name="Error">What is wrong with it, in a sentence.</param>
internal sealed record BackupCopy(string Destination, string Status, DateTimeOffset? CheckedAt, DateTimeOffset? DrilledAt, string? Error)
{
    public static BackupCopy Of(StoredBackup backup) => new(
        backup.Shelf.Name, StatusOf(backup.State), backup.Check?.CheckedAt, backup.Check?.DrilledAt, backup.Error ?? backup.Check?.DrillError);

    public static BackupCopy Of(UnusableManifest manifest) => new(manifest.Shelf.Name, StatusOf(manifest.State), null, null, manifest.Problem);

    /// <summary>A state as it is shown.</summary>
    public static string StatusOf(BackupState state) => state switch
    {
        BackupState.Ok => RunStatus.Ok,
        BackupState.Corrupt => RunStatus.Corrupt,
        _ => RunStatus.Unverified,
    };
}
