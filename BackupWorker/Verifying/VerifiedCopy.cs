using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Verifying;

/// <summary>What looking at a copy came to.</summary>
/// <param name="Id">The backup's id.</param>
/// <param name="Database">Its database.</param>
/// <param name="Destination">Where the copy is.</param>
/// <param name="Status"><c>ok</c>, <c>corrupt</c> or <c>unreadable</c>.</param>
/// <param name="Error">What is wrong, in a sentence.</param>
internal sealed record VerifiedCopy(string Id, string Database, string Destination, string Status, string? Error)
{
    /// <summary>It is not what was written.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>It could not be read, so that nothing is known.</summary>
    public const string Unreadable = "unreadable";

    public static VerifiedCopy Of(StoredBackup copy, VerifyOutcome outcome) => outcome switch
    {
        VerifyOutcome.Corrupt corrupt => new(copy.Name.Id, copy.Name.Database, copy.Shelf.Name, Corrupt, corrupt.Error),
        VerifyOutcome.Undecodable undecodable => new(copy.Name.Id, copy.Name.Database, copy.Shelf.Name, Corrupt, undecodable.Error),
        VerifyOutcome.Unreadable unreadable => new(copy.Name.Id, copy.Name.Database, copy.Shelf.Name, Unreadable, unreadable.Error),
        _ => new(copy.Name.Id, copy.Name.Database, copy.Shelf.Name, "ok", null),
    };

    public static VerifiedCopy Of(UnusableManifest manifest) => new(
        manifest.Name.Id, manifest.Name.Database, manifest.Shelf.Name, manifest.IsDamaged ? Corrupt : Unreadable, manifest.Problem);
}
