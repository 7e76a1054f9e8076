using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>A backup in one destination that may be kept or removed.</summary>
/// <param name="Name">The backup's name, without the endings of its files.</param>
/// <param name="Database">Whose backup it is, by its exact name.</param>
/// <param name="StartedAt">When its run started, which is what its content is of.</param>
/// <param name="State">What verification found in this destination.</param>
/// <param name="IsProved">Whether its manifest is known to be genuine; else nobody here knows what it is worth.</param>
/// <param name="IsDrilled">Whether the last drill of it restored it without an error.</param>
internal sealed record RetentionCandidate(
    string Name, string Database, DateTimeOffset StartedAt, BackupState State, bool IsProved = true, bool IsDrilled = false)
{
    /// <summary>
    /// Takes the database and the time from the name; nothing if it is not exactly as we would write it: somebody else's files are
    /// none of our business.
    /// </summary>
    public static RetentionCandidate? Of(string name, BackupState state, bool isProved = true, bool isDrilled = false) =>
        BackupName.TryParse(name, out var parsed) && parsed.ToString() == name ? new(name, parsed.Database, parsed.StartedAt, state, isProved, isDrilled) : null;
}
