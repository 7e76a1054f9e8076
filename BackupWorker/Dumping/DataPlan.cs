namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// Which tables' rows each pg_dump reads. There are more of them than work at a time, so that none is left alone at the end: neither here nor
/// when their files are restored. The first takes whatever no other one does: also sequences, large objects, what belongs to
/// extensions, and tables that nobody thought of.
/// </summary>
/// <param name="Streams">At least one.</param>
internal sealed record DataPlan(IReadOnlyList<DataStream> Streams)
{
    /// <summary>
    /// A command line has room for some thousands; beyond the largest hundreds, it makes no difference by whom a table is dumped.
    /// </summary>
    private const int MostNamedTables = 500;

    /// <summary>Each waiting pg_dump is a connection.</summary>
    private const int StreamsPerJob = 2;

    /// <summary>A table is large from such a part of the size on from which several dump: its indexes are worth a pg_restore of their own.</summary>
    private const int LargeShare = 2;

    /// <summary>Whatever that size is, in bytes.</summary>
    private const long LargeAnyway = 64L << 20;

    /// <summary>Spreads tables over pg_dumps, the largest first, each to the one with the least so far.</summary>
    /// <param name="tables">The tables that have rows of their own.</param>
    /// <param name="jobs">How many pg_dumps work at a time at most; at least 1.</param>
    /// <param name="parallelFrom">From which total size on there is more than one, in bytes.</param>
    public static DataPlan Make(IReadOnlyCollection<SizedTable> tables, int jobs, long parallelFrom)
    {
        var total = tables.Sum(table => table.Size);
        var count = total < parallelFrom || jobs == 1 ? 1 : Math.Min(StreamsPerJob * jobs, tables.Count(table => table.Size > 0));
        if (count <= 1)
        {
            return new([new([], [])]);
        }

        var named = tables.OrderByDescending(table => table.Size).ThenBy(table => table.Schema, StringComparer.Ordinal)
            .ThenBy(table => table.Table, StringComparer.Ordinal).Take(MostNamedTables).ToList();
        var streams = Enumerable.Range(0, count).Select(_ => new List<SizedTable>()).ToList();
        var sizes = new long[count];
        sizes[0] = total - named.Sum(table => table.Size);
        foreach (var table in named)
        {
            var least = Array.IndexOf(sizes, sizes.Min());
            streams[least].Add(table);
            sizes[least] += table.Size;
        }

        var others = streams.Skip(1).Where(stream => stream.Count > 0).ToList();
        return new(
        [
            new([.. others.SelectMany(stream => stream).Select(table => $"--exclude-table={table.Pattern}")], Large(streams[0])),
            .. others.Select(stream => new DataStream([.. stream.Select(table => $"--table={table.Pattern}")], Large(stream))),
        ]);

        List<SizedTable> Large(List<SizedTable> stream) => stream.FindAll(table => table.Size > 0 && table.Size >= Math.Min(parallelFrom / LargeShare, LargeAnyway));
    }
}
