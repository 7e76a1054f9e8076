using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>A table's rows in the backup and in the restored database; absent where the table does not exist.</summary>
internal sealed record TableComparison(string Name, long? Expected, long? Restored)
{
    private const string LargeObjects = "(large objects)";

    public bool Equal => Expected == Restored;

    /// <summary>Compares by name, in the backup's order; tables that only the restored database has come last.</summary>
    public static IReadOnlyList<TableComparison> Compare(DatabaseContent expected, DatabaseContent restored)
    {
        var found = restored.Tables.ToDictionary(table => (table.Schema, table.Table), table => table.Rows);
        var comparisons = new List<TableComparison>();
        foreach (var table in expected.Tables)
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
    }

    private static string NameOf(TableRows table) => $"{table.Schema}.{table.Table}";
}
