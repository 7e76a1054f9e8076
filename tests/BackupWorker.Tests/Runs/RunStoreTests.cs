using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class RunStoreTests(DataStores stores)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_taken_for_dead_stays_what_was_said_of_it()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var store = await StoreAsync(fixture);
        await InsertAsync(fixture, "aaaaaaaa", "running", Now);
        Assert.Equal([("aaaaaaaa", "db")], await store.InterruptAsync("Interrupted.", Now, Cancelled));

        await store.CompleteAsync("aaaaaaaa", null, [], [], Now.AddHours(1), Cancelled);
        Assert.Equal("failed", await StatusAsync(fixture));

        await store.CorrectAsync(new Dictionary<string, IReadOnlySet<string>> { ["near"] = Set("aaaaaaaa"), ["far"] = Set() }, Cancelled);
        Assert.Equal("ok", await StatusAsync(fixture));
        // What the far one holds of it can go, what the near one does cannot
        Assert.Empty(await store.AbandonedAsync("near", Cancelled));
        Assert.Equal(["aaaaaaaa"], await store.AbandonedAsync("far", Cancelled));

        static HashSet<string> Set(params string[] ids) => [.. ids];
    }

    [Fact]
    public async Task Only_runs_of_ours_that_made_no_whole_backup_are_abandoned()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var store = await StoreAsync(fixture);
        await InsertAsync(fixture, "aaaaaaaa", "failed", Now);
        await InsertAsync(fixture, "bbbbbbbb", "ok", Now);
        await InsertAsync(fixture, "cccccccc", "running", Now);
        await InsertAsync(fixture, "dddddddd", "ok", Now, lacking: "{far}");

        Assert.Equal(["aaaaaaaa", "dddddddd"], (await store.AbandonedAsync("far", Cancelled)).Order());
        Assert.Equal(["aaaaaaaa"], await store.AbandonedAsync("near", Cancelled));
    }

    [Fact]
    public async Task Records_go_after_400_days_and_what_is_under_way_never()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        var store = app.Services.GetRequiredService<RunStore>();
        var occurrences = app.Services.GetRequiredService<OccurrenceStore>();
        await InsertAsync(fixture, "aaaaaaaa", "failed", TimeProvider.System.GetUtcNow().AddDays(-401));
        await InsertAsync(fixture, "bbbbbbbb", "failed", TimeProvider.System.GetUtcNow().AddDays(-399));
        foreach (var days in new[] { 401, 399 })
        {
            await occurrences.TakeAsync("backup", TimeProvider.System.GetUtcNow().AddDays(-days), ["a"], Now, Cancelled);
        }

        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);

        Assert.Equal(["bbbbbbbb"], (await store.WithoutBackupAsync(Cancelled)).Select(run => run.Id));
        Assert.Equal(1, await BackupsFixture.ScalarAsync<long>(fixture.Database.ConnectionString, "SELECT count(*) FROM backups.occurrences"));
    }

    /// <summary>Without a service beside it, which takes what is running for interrupted when it starts.</summary>
    private static async Task<RunStore> StoreAsync(BackupsFixture fixture)
    {
        await using (var app = fixture.Start())
        {
            using var client = app.CreateClient();
        }

        return new(NpgsqlDataSource.Create(fixture.Database.ConnectionString + ";Pooling=false"));
    }

    private static Task InsertAsync(BackupsFixture fixture, string id, string status, DateTimeOffset startedAt, string lacking = "{}") => fixture.ExecuteAsync(
        $"""
        INSERT INTO backups.runs (id, database, status, started_at, completed_at, error, lacking)
        VALUES ('{id}', 'db', '{status}', '{startedAt:O}', CASE WHEN '{status}' <> 'running' THEN timestamptz '{startedAt:O}' END,
            CASE WHEN '{status}' = 'failed' THEN 'It broke.' END, '{lacking}')
        """);

    private static Task<string> StatusAsync(BackupsFixture fixture) =>
        BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT status FROM backups.runs");
}
