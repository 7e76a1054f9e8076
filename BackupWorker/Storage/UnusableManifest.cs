namespace ProdReady.BackupWorker.Storage;

/// <summary>A manifest in a destination that makes no backup, though there may be one.</summary>
/// <param name="Name">The backup's, by the name of the file.</param>
/// <param name="Shelf">The destination.</param>
/// <param name="Problem">Why it cannot be used, in a sentence.</param>
/// <param name="IsDamaged">Whether it is not what was written; else it could not be read, which says nothing of it.</param>
internal sealed record UnusableManifest(BackupName Name, BackupShelf Shelf, string Problem, bool IsDamaged)
{
    /// <summary>What is known of the copy.</summary>
    public BackupState State => IsDamaged ? BackupState.Corrupt : BackupState.Unverified;
}
