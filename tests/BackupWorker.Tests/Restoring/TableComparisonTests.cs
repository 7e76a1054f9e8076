using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class TableComparisonTests
{
    [Fact]
    public void Missing_extra_and_different_tables_are_told_apart()
    {
        var expected = new DatabaseContent([new("public", "same", 1), new("public", "fewer", 2), new("public", "missing", 0)], 3, 0, []);
        var restored = new DatabaseContent([new("public", "same", 1), new("public", "fewer", 1), new("public", "extra", 0)], 3, 0, []);

        var tables = TableComparison.Compare(expected, restored, new HashSet<(string, string)>());

        Assert.Equal(
            [
                new("public.same", 1, 1), new("public.fewer", 2, 1), new("public.missing", 0, null),
                new("public.extra", null, 0), new("(large objects)", 3, 3),
            ],
            tables);
        Assert.Equal([true, false, false, false, true], tables.Select(table => table.Equal));
    }

    [Fact]
    public void Rows_that_are_counted_elsewhere_are_not_compared_here()
    {
        var expected = new DatabaseContent([new("public", "all", 5), new("public", "one", 2), new("public", "two", 3)], 0, 0, []);
        var restored = new DatabaseContent([new("public", "all", 5), new("public", "one", 4), new("public", "two", 1)], 0, 0, []);

        var tables = TableComparison.Compare(expected, restored, new HashSet<(string, string)> { ("public", "one"), ("public", "two") });

        Assert.Equal([new("public.all", 5, 5)], tables);
    }
}
