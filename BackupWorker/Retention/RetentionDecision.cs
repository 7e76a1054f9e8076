namespace ProdReady.BackupWorker.Retention;

/// <summary>What is to become of a backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Why">Why, for people: <c>newest of week 2026-W47</c>.</param>
internal sealed record RetentionDecision(RetentionCandidate Backup, bool Keep, string Why);
