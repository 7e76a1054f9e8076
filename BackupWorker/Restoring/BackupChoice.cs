using System.Globalization;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Which backup is meant: an id or name, the newest one, or the newest one from before a time.</summary>
/// <param name="Text">As it was asked for.</param>
/// <param name="Before">The time, if one was given.</param>
internal sealed record BackupChoice(string Text, DateTimeOffset? Before)
{
    /// <summary>Stands for the newest good backup.</summary>
    public const string Latest = "latest";

    private const string BeforePrefix = "before:";

    /// <summary>Whether a database decides, and not an id.</summary>
    public bool IsNewest => Text == Latest || Before is not null;

    /// <summary>Reads it.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public static string? TryParse(string text, out BackupChoice choice)
    {
        choice = new(text, null);
        if (!text.StartsWith(BeforePrefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(
            text[BeforePrefix.Length..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var before))
        {
            return $"'{text}' names no time. Example: before:2026-11-28T02:00Z (UTC unless it says another offset)";
        }

        choice = new(text, before);
        return null;
    }

    /// <summary>The copies of the backup that is meant, in the order in which to try them; none if there is no such backup.</summary>
    /// <param name="copies">All copies that there are.</param>
    /// <param name="database">Whose newest backup.</param>
    public IReadOnlyList<StoredBackup> Find(IReadOnlyList<StoredBackup> copies, string database)
    {
        var meant = IsNewest
            ? copies
                .Where(copy => copy.State != BackupState.Corrupt && IsMeant(copy.Name, database))
                // One that is proved before one that is not, of the same time
                .OrderByDescending(copy => copy.Name.StartedAt).ThenBy(copy => copy.State).FirstOrDefault()?.Name
            : copies.FirstOrDefault(copy => IsMeant(copy.Name, database))?.Name;
        return meant is null ? [] : [.. copies.Where(copy => copy.Name == meant).OrderBy(copy => copy.State)];
    }

    /// <summary>The manifests that make no backup but are, by their names, of one that may be meant; the newest first.</summary>
    /// <param name="manifests">All of them.</param>
    /// <param name="database">Whose newest backup.</param>
    public IReadOnlyList<UnusableManifest> Find(IReadOnlyList<UnusableManifest> manifests, string database) =>
        [.. manifests.Where(manifest => IsMeant(manifest.Name, database)).OrderByDescending(manifest => manifest.Name.StartedAt)];

    /// <summary>Why there is none, in a sentence.</summary>
    public string WhyNotFound(IReadOnlyList<StoredBackup> copies, string database, string locations)
    {
        var others = copies.Select(backup => backup.Manifest.Database).Distinct().Order().ToList();
        return !IsNewest ? $"There is no backup '{Text}' in {locations}."
            : others.Count == 0 ? $"There is no backup in {locations}."
            : $"There is no good backup of '{database}'{(Before is { } before ? $" from before {before:yyyy-MM-dd HH:mm:ss'Z'}" : "")} in "
                + $"{locations}, which holds backups of: {string.Join(", ", others)}. Name one by its id, or name its database.";
    }
    private bool IsMeant(BackupName name, string database) => IsNewest
        ? name.Database == database && (Before is null || name.StartedAt < Before)
        : name.Id == Text || name.ToString() == Text;
}
