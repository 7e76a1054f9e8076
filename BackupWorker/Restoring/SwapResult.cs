namespace ProdReady.BackupWorker.Restoring;

/// <summary>What came of renaming.</summary>
/// <param name="KeptAs">What the database that was replaced is called now; nothing if there was none.</param>
/// <param name="Error">Why the new database does not have the name, or why that is not known, in sentences.</param>
internal sealed record SwapResult(string? KeptAs, string? Error);
