using CsCheck;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Tests.Dumping;

public sealed class DataPlanTests
{
    private static readonly Gen<SizedTable[]> Tables =
        Gen.Select(Gen.Int[0, 2], Gen.Long[0, 1000]).Array[0, 700]
            .Select(sizes => sizes.Select((size, index) => new SizedTable($"s{size.Item1}", $"t{index}", size.Item2)).ToArray());

    [Fact]
    public void A_small_database_is_dumped_by_one()
    {
        var plan = DataPlan.Make([new("public", "a", 400), new("public", "b", 599)], jobs: 4, parallelFrom: 1000);

        var stream = Assert.Single(plan.Streams);
        Assert.Empty(stream.Options);
        Assert.Empty(stream.LargeTables);
    }

    [Fact]
    public void The_first_takes_what_no_other_one_does()
    {
        var plan = DataPlan.Make(
            [new("public", "a", 600), new("public", "b", 500), new("public", "c", 90), new("public", "d", 80), new("odd \"s\"", "e", 70)],
            jobs: 2,
            parallelFrom: 1000);

        Assert.Equal(
            [
                [
                    "--exclude-table=\"public\".\"b\"", "--exclude-table=\"public\".\"c\"", "--exclude-table=\"public\".\"d\"",
                    "--exclude-table=\"odd \"\"s\"\"\".\"e\"",
                ],
                ["--table=\"public\".\"b\""],
                ["--table=\"public\".\"c\""],
                ["--table=\"public\".\"d\"", "--table=\"odd \"\"s\"\"\".\"e\""],
            ],
            plan.Streams.Select(stream => stream.Options));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(4, 8)]
    public void One_job_is_one_and_several_have_two_each_so_that_nobody_is_left_alone_at_the_end(int jobs, int expected)
    {
        SizedTable[] tables = [.. Enumerable.Range(0, 20).Select(index => new SizedTable("public", $"t{index}", 100))];

        Assert.Equal(expected, DataPlan.Make(tables, jobs, parallelFrom: 0).Streams.Count);
    }

    [Fact]
    public void There_are_no_more_than_there_are_tables_with_rows()
    {
        var plan = DataPlan.Make([new("public", "a", 600), new("public", "b", 500), new("public", "c", 0)], jobs: 8, parallelFrom: 0);

        Assert.Equal(2, plan.Streams.Count);
    }

    [Fact]
    public void Each_table_is_read_once_and_the_work_is_even() => Gen.Select(Tables, Gen.Int[1, 8]).Sample((tables, jobs) =>
    {
        var plan = DataPlan.Make(tables, jobs, parallelFrom: 0);

        // All that have rows are large here, but for what is beyond the named ones
        var named = plan.Streams.SelectMany(stream => stream.LargeTables).ToList();
        Assert.Equal(named.Distinct().Count(), named.Count);
        Assert.Empty(named.Except(tables));
        Assert.InRange(plan.Streams.Count, 1, jobs == 1 ? 1 : 2 * jobs);
        foreach (var stream in plan.Streams.Skip(1))
        {
            Assert.Empty(stream.LargeTables.Select(table => $"--table={table.Pattern}").Except(stream.Options));
            Assert.Empty(stream.Options.Select(option => option.Replace("--table=", "--exclude-table=", StringComparison.Ordinal)).Except(plan.Streams[0].Options));
        }

        // Nobody has more than a fair share and the largest table beyond it
        var sizes = plan.Streams.Skip(1).Select(stream => stream.LargeTables.Sum(table => table.Size)).ToList();
        var total = tables.Sum(table => table.Size);
        Assert.All(sizes, size => Assert.InRange(size, 0, (total / plan.Streams.Count) + tables.Max(table => table.Size)));
    });

    [Fact]
    public void A_table_is_large_from_half_of_the_size_on_from_which_several_dump()
    {
        SizedTable[] tables = [new("public", "a", 1600), new("public", "b", 800), new("public", "c", 799)];

        var plan = DataPlan.Make(tables, jobs: 2, parallelFrom: 1600);

        Assert.Equal(["a", "b"], plan.Streams.SelectMany(stream => stream.LargeTables).Select(table => table.Table));
    }
}
