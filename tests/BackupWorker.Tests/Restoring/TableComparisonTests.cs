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

        var tables = TableComparison.Compare(expected, restored);

        Assert.Equal(
            [
                new("public.same", 1, 1), new("public.fewer", 2, 1), new("public.missing", 0, null),
                new("public.extra", null, 0), new("(large objects)", 3, 3),
            ],
            tables);
        Assert.Equal([true, false, false, false, true], tables.Select(table => table.Equal));
    }
}
