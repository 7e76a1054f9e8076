using System.Diagnostics.Metrics;
using Npgsql;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>The database that holds the lock and the runs is away when a backup is due: a metric at once, and a failed run when it is back.</summary>
public sealed class UnreachableHomeTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_night_without_a_database_is_not_silent()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var home = await PostgresProcess.StartAsync();
        var app = fixture.Start(connection: home.ConnectionString, settings: [("Backups:Schedule:Cron", "0 2 * * *"), ("Backups:Schedule:CatchUp", "false")]);
        var job = app.Services.GetServices<IScheduledJob>().OfType<BackupJob>().Single();
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var next = job.Schedule!.NextAfter(TimeProvider.System.GetUtcNow())!.Value;
        Assert.Null(await job.LastOccurrenceAsync(Cancelled));

        await home.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => job.LastOccurrenceAsync(Cancelled));
        // Asked again every minute of the outage, which is one failure all the same
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => job.LastOccurrenceAsync(Cancelled));
        var failed = counts["runs{database=prodready,outcome=failed}"];
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => job.RunAsync(next, Cancelled));
        Assert.Equal((1, 2), (failed, counts["runs{database=prodready,outcome=failed}"]));
        await home.RestartAsync();

        Assert.Equal(ScheduledOutcome.Done, await job.RunAsync(next, Cancelled));

        Assert.Equal(
            "failed 2 No run was started, because the database cannot be reached: , ok 1 -",
            await BackupsFixture.ScalarAsync<string>(
                home.ConnectionString,
                """
                SELECT string_agg(format('%s %s %s', status, count, error), ', ' ORDER BY status)
                FROM (SELECT status, count(*), coalesce(substring(error FROM '^.*?reached: '), '-') AS error FROM backups.runs GROUP BY 1, 3) r
                """));
        Assert.Equal(2, counts["runs{database=prodready,outcome=failed}"]);
    }
}
