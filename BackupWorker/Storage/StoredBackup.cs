namespace ProdReady.BackupWorker.Storage;

/// <summary>A copy of a backup that a destination holds.</summary>
/// <param name="Name">Its files' common name.</param>
/// <param name="Shelf">The destination.</param>
/// <param name="Manifest">What its manifest says.</param>
/// <param name="Check">What the last look at it came to, if there was one.</param>
/// <param name="Damage">What the list of files shows already (one is missing or has another size), else nothing.</param>
/// <param name="Unproved">Why nobody knows whether the manifest is genuine, else nothing. It is shown, and not relied on.</param>
internal sealed record StoredBackup(
    BackupName Name, BackupShelf Shelf, BackupManifest Manifest, BackupCheck? Check, string? Damage, string? Unproved)
{
    /// <summary>What is known of it.</summary>
    public BackupState State => Damage is not null ? BackupState.Corrupt
        : Unproved is not null ? BackupState.Unverified
        : Check?.State ?? BackupState.Unverified;

    /// <summary>What is wrong with it, in a sentence.</summary>
    public string? Error => Damage ?? Unproved ?? Check?.Error;
}
