using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Whether the restored constraints are those of the backup, and as valid.</summary>
internal static class ConstraintComparison
{
    /// <returns>What differs, in a sentence, or <see langword="null"/>.</returns>
    public static string? Difference(DatabaseContent expected, DatabaseContent restored)
    {
        var notValid = restored.NotValid.Except(expected.NotValid).ToList();
        return restored.Constraints != expected.Constraints
            ? $"{restored.Constraints} constraints were restored of {expected.Constraints}."
            : notValid.Count > 0 ? $"Constraints are not valid that were: {string.Join(", ", notValid)}."
            : null;
    }
}
