using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class FillPlanTests
{
    private static readonly IndexEntry[] Indexes =
    [
        new(1, "public", "large", IsExclusive: true), new(2, "public", "large", IsExclusive: false), new(3, "public", "small", IsExclusive: true),
        new(4, "other", "large", IsExclusive: false),
    ];

    private readonly List<string> _done = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Indexes_of_large_tables_follow_their_rows_and_others_are_left_for_the_end()
    {
        var plan = new FillPlan(Manifest(new SizedTable("public", "large", 1_000)), Indexes);

        await FillSchedule.RunAsync(Steps(plan), 1, Cancelled);

        Assert.Equal([1, 2], plan.EarlyEntries.Order());
        // The file of many bytes, but for what hangs on the other one's rows
        Assert.Equal(["data-01", "1", "2", "data-02"], _done);
        Assert.Equal([null, (("public", "large"), true), (("public", "large"), false), null], Steps(plan).Select(Lock));
    }

    [Fact]
    public async Task A_backup_that_tells_of_no_large_tables_has_all_its_indexes_built_at_the_end()
    {
        var plan = new FillPlan(Manifest(), Indexes);

        await FillSchedule.RunAsync(Steps(plan), 1, Cancelled);

        Assert.Empty(plan.EarlyEntries);
        Assert.Equal(["data-02", "data-01"], _done);
    }

    private static ((string Schema, string Name) Table, bool IsExclusive)? Lock(FillStep step) =>
        step.Table is { } table ? (table, step.IsExclusive) : null;

    private IEnumerable<FillStep> Steps(FillPlan plan) => plan.Steps(
        (part, _) =>
        {
            _done.Add(part.File);
            return Task.CompletedTask;
        },
        (entry, _, _) =>
        {
            _done.Add($"{entry}");
            return Task.CompletedTask;
        });

    private static BackupManifest Manifest(params SizedTable[] large) => new()
    {
        Version = BackupManifest.CurrentVersion,
        Id = "abcdefgh",
        Database = "shop",
        StartedAt = default,
        CompletedAt = default,
        Parts = [Part(PartKind.Schema, "schema", 50_000), Part(PartKind.Data, "data-01", 10_000) with { LargeTables = large }, Part(PartKind.Data, "data-02", 20_000)],
        ToolVersion = "18.1",
        ServerVersion = "18.1",
        WalPosition = "0/0",
        Locale = new("UTF8", "C", "C", "c", null),
        Roles = new([], []),
        Content = new([new("public", "large", 1_000), new("public", "small", 1_000)], 0, 0, []),
        Jobs = 1,
        Warnings = [],
    };

    private static ManifestPart Part(PartKind kind, string file, long size) => new(kind, file, new(size, "", size, ArchiveCompression.Zstd, null));
}
