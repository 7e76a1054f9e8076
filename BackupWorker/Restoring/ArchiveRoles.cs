namespace ProdReady.BackupWorker.Restoring;

/// <summary>The roles that an archive's statements name, but for those that own or may use the database itself.</summary>
/// <param name="Owners">Those who own something.</param>
/// <param name="Grantees">Those to whom, or from whom, a privilege is granted or revoked.</param>
internal sealed record ArchiveRoles(IReadOnlyCollection<string> Owners, IReadOnlyCollection<string> Grantees)
{
    /// <summary>Those whose default privileges are set.</summary>
    public IReadOnlyCollection<string> Defaulters { get; init; } = [];

    /// <summary>Those who granted what they did not own: it is granted as them again.</summary>
    public IReadOnlyCollection<string> Grantors { get; init; } = [];

    /// <summary>What cannot be without its roles.</summary>
    public IReadOnlyCollection<RoleBoundEntry> Bound { get; init; } = [];

    /// <summary>All of them.</summary>
    public IEnumerable<string> All => Owners.Concat(Grantees).Concat(Defaulters).Concat(Grantors).Concat(Bound.SelectMany(entry => entry.Roles)).Distinct();
}
