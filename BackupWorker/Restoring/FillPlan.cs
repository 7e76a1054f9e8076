using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// The rows of a backup's files, and the indexes of its large tables, which are built while other tables' rows still come, as pg_restore's own jobs do.
/// What small tables have is left for one pg_restore at the end: one for each index would take longer than the indexes.
/// </summary>
/// <param name="manifest">The backup.</param>
/// <param name="indexes">The archive's entries that build indexes, in its order.</param>
internal sealed class FillPlan(BackupManifest manifest, IReadOnlyList<IndexEntry> indexes)
{
    /// <summary>What a row takes, to be copied or sorted, as much as so many bytes do: measured, and good enough to tell long from short.</summary>
    private const int RowBytes = 100;

    private readonly Dictionary<(string Schema, string Table), long> _rows =
        manifest.Content.Tables.ToDictionary(table => (table.Schema, table.Table), table => table.Rows);

    private readonly ILookup<(string Schema, string Table), IndexEntry> _indexes = indexes.ToLookup(index => (index.Schema, index.Table));

    /// <summary>The entries whose indexes are not left for the end.</summary>
    public IEnumerable<int> EarlyEntries => DataParts.SelectMany(part => part.LargeTables).SelectMany(IndexesOf).Select(index => index.Entry);

    private IEnumerable<ManifestPart> DataParts => manifest.Parts.Where(part => part.Kind == PartKind.Data);

    /// <summary>The steps.</summary>
    /// <param name="load">Restores the rows of a file.</param>
    /// <param name="build">Restores an entry. Told whether work waits for all other jobs, too.</param>
    public IEnumerable<FillStep> Steps(Func<ManifestPart, CancellationToken, Task> load, Func<int, bool, CancellationToken, Task> build)
    {
        foreach (var part in DataParts)
        {
            var weight = part.Facts.ContentSize + part.LargeTables.Sum(table => (RowBytes * RowsOf(table)) + BuildWeight(table));
            var loading = new FillStep(weight, (_, token) => load(part, token));
            yield return loading;
            foreach (var table in part.LargeTables)
            {
                foreach (var index in IndexesOf(table))
                {
                    yield return new(BuildWeight(table), (isCrowded, token) => build(index.Entry, isCrowded, token))
                    {
                        After = loading,
                        Table = (table.Schema, table.Table),
                        IsExclusive = index.IsExclusive,
                    };
                }
            }
        }
    }

    private IEnumerable<IndexEntry> IndexesOf(SizedTable table) => _indexes[(table.Schema, table.Table)];

    /// <summary>Of all of a table's indexes: some of them can only be built one after the other.</summary>
    private long BuildWeight(SizedTable table) => IndexesOf(table).Count() * (table.Size + (RowBytes * RowsOf(table))) / 2;

    private long RowsOf(SizedTable table) => _rows.GetValueOrDefault((table.Schema, table.Table));
}
