using ProdReady.BackupWorker.Tests.PointInTime;
using ProdReady.ServiceDefaults.Tests.ErrorTracking;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Scheduling;

/// <summary>What Sentry is told of scheduled jobs.</summary>
public sealed class ScheduleMonitorsTests(DataStores stores, OwnServer own) : IClassFixture<OwnServer>
{
    /// <summary>One after the other: Sentry's SDK is one for the whole process.</summary>
    [Fact]
    public async Task Jobs_check_in_when_they_begin_and_when_they_end()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        Directory.CreateDirectory(fixture.Root);
        await using (var sentry = await FakeSentry.StartAsync())
        {
            // A first start makes up for the night before
            await using var app = fixture.Start(
                FakeTools.Create(fixture.Root, "pg_dump", "exit 1"), null, Settings(sentry, ("Backups:Schedule:Cron", "0 2 * * *")));
            using var client = app.CreateClient();

            var (begun, ended) = await CheckInsAsync(sentry);
            Assert.Equal(("prodready-backups-backup", "in_progress"), begun);
            Assert.Equal(("prodready-backups-backup", "error"), ended);
            var config = sentry.Items.First(item => item.Type == "check_in").Payload.GetProperty("monitor_config");
            Assert.Equal("0 2 * * *", config.GetProperty("schedule").GetProperty("value").GetString());
            Assert.Equal("Europe/Berlin", config.GetProperty("timezone").GetString());
            // Six hours each for the database, the clean-up and what follows
            Assert.Equal((5, (5 * 6 * 60) + 5), (config.GetProperty("checkin_margin").GetInt32(), config.GetProperty("max_runtime").GetInt32()));
        }

        await fixture.ExecuteAsync("DELETE FROM backups.occurrences");
        await using (var sentry = await FakeSentry.StartAsync())
        {
            await using var app = fixture.Start(null, null, Settings(sentry, ("Backups:Schedule:Cron", "@daily")));
            using var client = app.CreateClient();

            Assert.Equal((("prodready-backups-backup", "in_progress"), ("prodready-backups-backup", "ok")), await CheckInsAsync(sentry));
        }

        await using (var sentry = await FakeSentry.StartAsync())
        {
            await using var app = fixture.Start(null, null, Settings(sentry, ("Backups:Schedule:DrillCron", "0 4 * * 0")));
            using var client = app.CreateClient();

            Assert.Equal((("prodready-backups-drill", "in_progress"), ("prodready-backups-drill", "ok")), await CheckInsAsync(sentry));
        }
    }

    [Fact]
    public async Task Base_backups_check_in_too()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using (var sentry = await FakeSentry.StartAsync())
        {
            await using var app = fixture.Start(FakeTools.Create(fixture.Root, "pg_basebackup", "exit 1"), own.Server.ConnectionString, BaseSettings(sentry));
            using var client = app.CreateClient();

            Assert.Equal((("prodready-backups-base", "in_progress"), ("prodready-backups-base", "error")), await CheckInsAsync(sentry));
            var config = sentry.Items.First(item => item.Type == "check_in").Payload.GetProperty("monitor_config");
            Assert.Equal("0 1 * * 0", config.GetProperty("schedule").GetProperty("value").GetString());
            Assert.Equal((6 * 60) + 5, config.GetProperty("max_runtime").GetInt32());
        }

        await BackupsFixture.ExecuteAsync(own.Server.ConnectionString, "DELETE FROM backups.occurrences");
        await using (var sentry = await FakeSentry.StartAsync())
        {
            await using var app = fixture.Start(null, own.Server.ConnectionString, BaseSettings(sentry));
            using var client = app.CreateClient();

            Assert.Equal((("prodready-backups-base", "in_progress"), ("prodready-backups-base", "ok")), await CheckInsAsync(sentry));
        }
    }

    private (string Key, string Value)[] BaseSettings(FakeSentry sentry) =>
    [
        .. Settings(sentry, ("Backups:PointInTime:Cron", "0 1 * * 0")),
        ("Backups:PointInTime:Enabled", "true"), ("Backups:PointInTime:Spool", own.Folder("spool")),
    ];

    private static (string Key, string Value)[] Settings(FakeSentry sentry, (string Key, string Value) schedule) =>
    [
        ("Sentry:Dsn", sentry.Dsn), ("Sentry:EnableInDevelopment", "true"), ("Backups:Schedule:Jitter", "00:00:00"),
        ("Backups:Schedule:TimeZone", "Europe/Berlin"), schedule,
    ];

    private static async Task<((string? Slug, string? Status) Begun, (string? Slug, string? Status) Ended)> CheckInsAsync(FakeSentry sentry)
    {
        var items = await Eventually.ReadAsync(
            () => Task.FromResult(sentry.Items.Where(item => item.Type == "check_in").Select(Of).ToList()), items => items.Count >= 2);
        Assert.Empty(sentry.Refused);
        return (items[0], items[1]);
    }

    private static (string?, string?) Of(SentryItem item) =>
        (item.Payload.GetProperty("monitor_slug").GetString(), item.Payload.GetProperty("status").GetString());
}
