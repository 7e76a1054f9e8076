using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>A table's rows in the backup and in the restored database; absent where the table does not exist.</summary>
internal sealed record TableComparison(string Name, long? Expected, long? Restored)
{
    private const string LargeObjects = "(large objects)";

    public bool Equal => Expected == Restored;

    /// <summary>Compares by name, in the backup's order; tables that only the restored database has come last.</summary>
    /// <param name="expected">The backup's.</param>
    /// <param name="restored">The database's.</param>
    /// <param name="exempt">The tables whose rows are counted at another one, with schemas: <see cref="EnumPartitions"/>.</param>
    public static IReadOnlyList<TableComparison> Compare(
        DatabaseContent expected, DatabaseContent restored, IReadOnlySet<(string Schema, string Table)> exempt)
    {
        var found = restored.Tables.Where(Counts).ToDictionary(table => (table.Schema, table.Table), table => table.Rows);
        var comparisons = new List<TableComparison>();
        foreach (var table in expected.Tables.Where(Counts))
        {
            comparisons.Add(new(
                NameOf(table), table.Rows, found.Remove((table.Schema, table.Table), out var rows) ? rows : null));
        }

        comparisons.AddRange(found.Select(extra => new TableComparison($"{extra.Key.Schema}.{extra.Key.Table}", null, extra.Value)));
        if (expected.LargeObjects > 0 || restored.LargeObjects > 0)
        {
            comparisons.Add(new(LargeObjects, expected.LargeObjects, restored.LargeObjects));
        }

        return comparisons;

        bool Counts(TableRows table) => !exempt.Contains((table.Schema, table.Table));
    }

    private static string NameOf(TableRows table) => $"{table.Schema}.{table.Table}";
}
