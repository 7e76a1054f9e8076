namespace ProdReady.BackupWorker.Storage;

/// <summary>What there is, and what nobody could look at: a check that leaves that out would call it good.</summary>
/// <param name="Copies">The copies of backups.</param>
/// <param name="Unusable">Manifests that make no backup.</param>
/// <param name="NotRead">Destinations that could not be read.</param>
internal sealed record BackupListing(
    IReadOnlyList<StoredBackup> Copies, IReadOnlyList<UnusableManifest> Unusable, IReadOnlyList<UnreadDestination> NotRead)
{
    /// <summary>Whether there is nothing, as far as anybody can see.</summary>
    public bool IsEmpty => Copies.Count + Unusable.Count == 0;

    /// <summary>The name of the backup of that id or name.</summary>
    public BackupName? NameOf(string idOrName) => Copies.Select(copy => copy.Name)
        .Concat(Unusable.Select(manifest => manifest.Name))
        .FirstOrDefault(name => name.Id == idOrName || name.ToString() == idOrName);

    /// <summary>What there is of one backup, the good copies first.</summary>
    public BackupListing Of(BackupName? name) => this with
    {
        Copies = [.. Copies.Where(copy => copy.Name == name).OrderBy(copy => copy.State)],
        Unusable = [.. Unusable.Where(manifest => manifest.Name == name)],
    };
}
