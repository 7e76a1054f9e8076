using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Operations;

/// <summary>What an operation came to.</summary>
/// <param name="Error">What is wrong, in a sentence; nothing if all is well.</param>
/// <param name="Copies">Of a verification.</param>
/// <param name="Drill">Of a drill.</param>
/// <param name="Restore">Of a restore.</param>
internal sealed record OperationResult(
    string? Error, IReadOnlyList<VerifiedCopy>? Copies = null, DrillResult? Drill = null, RestoreResult? Restore = null);
