namespace ProdReady.BackupWorker.Retention;

/// <summary>Which backups of one destination go, and why. Nothing goes that any rule keeps.</summary>
/// <param name="Decisions">One for each backup, by database and time.</param>
internal sealed record RetentionPlan(IReadOnlyList<RetentionDecision> Decisions)
{
    /// <summary>Decides.</summary>
    /// <param name="backups">All backups of one destination, in any order.</param>
    /// <param name="options">Valid settings.</param>
    /// <param name="now">The time that ages count from.</param>
    /// <param name="zone">Whose calendar days, weeks, months and years are of.</param>
    /// <exception cref="ArgumentException">Two have the same name, so that removing one would remove what the other is kept for.</exception>
    public static RetentionPlan Make(
        IReadOnlyCollection<RetentionCandidate> backups, RetentionOptions options, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (backups.GroupBy(backup => backup.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The backup {twice.Key} is there twice.", nameof(backups));
        }

        return new(
        [
            .. backups
                .GroupBy(backup => backup.Database, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .SelectMany(group => new DatabaseRetention(group, options, now, zone).Decide()),
        ]);
    }
}
