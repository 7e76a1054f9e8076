using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Retention;

/// <summary>What retention decided, and where it could not look.</summary>
/// <param name="Removals">Each copy that it looked at.</param>
/// <param name="NotRead">Destinations that could not be read and stay as they are.</param>
internal sealed record RetentionOutcome(IReadOnlyList<PlannedRemoval> Removals, IReadOnlyList<UnreadDestination> NotRead);
