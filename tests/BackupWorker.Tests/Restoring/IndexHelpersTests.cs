using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>A server's own helpers at an index, which take processors away from the jobs beside it.</summary>
public sealed class IndexHelpersTests(DataStores stores)
{
    private const string NoHelpers = "-c max_parallel_maintenance_workers=0";
    private const string Own = "-c lock_timeout=600000";

    [Fact]
    public async Task Indexes_built_beside_other_work_have_none_and_the_connections_own_options_stay()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var log = Path.Combine(fixture.Root, "calls");
        Directory.CreateDirectory(fixture.Root);
        foreach (var table in new[] { "one", "other" })
        {
            await fixture.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY); INSERT INTO {table} SELECT generate_series(1, 1000)");
        }

        var app = fixture.Start(
            FakeTools.Create(fixture.Root, "pg_restore", $"echo \"$PGOPTIONS | $*\" >> '{log}'\nexec \"$real\" \"$@\""),
            $"{fixture.Database.ConnectionString};Options={Own}",
            ("Backups:Jobs", "2"),
            ("Backups:ParallelFrom", "0"));
        await using var target = fixture.Target();

        var run = Assert.Single(await app.BackUpNowAsync());
        var result = await BackupsFixture.RestoreAsync(app, run.Run.Id, target.Name);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        var calls = (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Select(line => line.Split(" | ", 2)).ToList();
        var connected = calls.Where(call => call[1].Contains("--exit-on-error", StringComparison.Ordinal)).ToList();
        var early = connected.Where(call => call[1].Contains("--section=post-data", StringComparison.Ordinal) && !call[1].Contains("--jobs", StringComparison.Ordinal)).ToList();
        // The first begins while others are still to come
        Assert.InRange(early.Count, 2, 100);
        Assert.Equal($"{NoHelpers} {Own}", early[0][0]);
        Assert.All(connected.Except(early), call => Assert.Equal(Own, call[0]));
    }

    /// <summary>Whose processors nobody here knows.</summary>
    [Theory]
    [InlineData("db.example.com", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("localhost", true)]
    [InlineData("/run/postgresql", true)]
    public async Task A_server_elsewhere_keeps_its_helpers(string host, bool isHere)
    {
        await using var database = await stores.CreateDatabaseAsync();
        var environment = new Dictionary<string, string> { ["PGHOST"] = host };

        var changed = await IndexHelpers.WithoutAsync(environment, new(database.ConnectionString), TestContext.Current.CancellationToken);

        Assert.Equal(isHere ? NoHelpers : null, changed.GetValueOrDefault("PGOPTIONS"));
    }

    [Fact]
    public async Task A_server_that_takes_no_options_is_asked_as_ever()
    {
        await using var database = await stores.CreateDatabaseAsync();
        // Refused at the connection's start, as poolers refuse all of them
        var environment = new Dictionary<string, string> { ["PGHOST"] = "127.0.0.1", ["PGOPTIONS"] = "-c no_such_setting=1" };

        Assert.Same(environment, await IndexHelpers.WithoutAsync(environment, new(database.ConnectionString), TestContext.Current.CancellationToken));
    }
}
