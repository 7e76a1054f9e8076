using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>What is decided of one copy of a backup.</summary>
/// <param name="Copy">The copy.</param>
/// <param name="Decision">Whether it stays, and why.</param>
/// <param name="IsTried">Whether it was tried to remove it.</param>
/// <param name="Error">Why it could not be removed, where it was tried.</param>
internal sealed record PlannedRemoval(StoredBackup Copy, RetentionDecision Decision, bool IsTried = false, string? Error = null)
{
    /// <summary>What became of it, or would, and why, for people: <c>kept: newest of week 2026-W47</c>.</summary>
    public string Reason => $"{Fate}: {Decision.Why}";

    private string Fate => Decision.Keep ? "kept"
        : !IsTried ? "would be removed"
        : Error is null ? "removed"
        : "not removed";
}
