using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>A file of a backup to be that is stored.</summary>
/// <param name="Part">The file.</param>
/// <param name="Warnings">What its program warned of, such as that it left something out.</param>
internal sealed record WrittenPart(ManifestPart Part, IReadOnlyList<string> Warnings)
{
    /// <summary>A manifest is read whole, and often.</summary>
    private const int MostWarnings = 20;

    /// <summary>What the programs of all files warned of, each once: they look at the same database, and most say the same.</summary>
    public static IEnumerable<string> WarningsOf(IEnumerable<WrittenPart> written)
    {
        var warnings = written.SelectMany(part => part.Warnings).Distinct().ToList();
        return warnings.Count <= MostWarnings
            ? warnings
            : warnings.Take(MostWarnings).Append($"There were {warnings.Count - MostWarnings} more warnings of pg_dump's or pg_dumpall's.");
    }
}
