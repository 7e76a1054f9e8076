using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Faults;

/// <summary>A database that takes longer than it may, every time and first of all: the others, and the disk, must not suffer from it.</summary>
public sealed class SlowDatabaseTests(DataStores stores)
{
    private const string Why = "it took longer than 00:01:00. See Backups:Schedule:MaxDuration.";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_others_have_their_backups_and_old_ones_go()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var slow = await CreateDatabaseAsync(fixture);
        var good = fixture.Database.Name;
        var past = new SetClock { Now = Start };
        await using (var before = fixture.Start(services => services.AddSingleton<TimeProvider>(past), settings: Databases(slow, good)))
        {
            for (var day = 0; day < 4; day++)
            {
                Assert.Null(Assert.Single(await before.BackUpNowAsync(good)).Error);
                past.Now = past.Now.AddDays(1);
            }
        }

        var hangs = Path.Combine(fixture.Root, "hangs");
        var log = new LogLines();
        var time = new FakeTimeProvider(Start.AddDays(400));
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerProvider>(log),
            FakeTools.Create(
                fixture.Root, "pg_dump", $"[ \"$PGDATABASE\" = '{slow}' ] && {{ touch '{hangs}'; exec sleep 600; }}\nexec \"$real\" \"$@\""),
            settings: Databases(slow, good));
        var job = app.Services.GetServices<IScheduledJob>().OfType<BackupJob>().Single();

        Assert.Equal(ScheduledOutcome.TookTooLong, await RunAsync(job, time, () => File.Exists(hangs)));

        Assert.Contains(log.Of(LogLevel.Error), line => line.EndsWith($" of {slow} failed: Stopped before it was complete, because {Why}", StringComparison.Ordinal));
        var copies = await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled);
        Assert.Equal(
            [(good, 2), (good, 3), (good, 400)], copies.Select(copy => (copy.Name.Database, (copy.Name.StartedAt - Start).Days)).Order());
        Assert.Equal(slow, await BackupsFixture.ScalarAsync<string>(
            fixture.Database.ConnectionString, "SELECT array_to_string(failed, ' ') FROM backups.occurrences"));

        // Nor has it the lock any longer, or a second try of this night in this process
        File.Delete(hangs);
        Assert.Equal(ScheduledOutcome.TookTooLong, await job.RunAsync(Start.AddDays(400), Cancelled));
        Assert.False(File.Exists(hangs));
    }

    [Fact]
    public async Task Its_drill_is_one_that_failed_and_the_others_have_theirs()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var slow = await CreateDatabaseAsync(fixture);
        var good = fixture.Database.Name;
        await using (var before = fixture.Start(settings: Databases(slow, good)))
        {
            Assert.All(await before.BackUpNowAsync(), result => Assert.Null(result.Error));
        }

        var hangs = Path.Combine(fixture.Root, "hangs");
        var log = new LogLines();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerProvider>(log),
            // Whoever comes first
            FakeTools.Create(fixture.Root, "pg_restore", $"mkdir '{hangs}' 2>/dev/null && exec sleep 600\nexec \"$real\" \"$@\""),
            settings: Databases(slow, good));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var job = app.Services.GetServices<IScheduledJob>().OfType<DrillJob>().Single();

        Assert.Equal(ScheduledOutcome.TookTooLong, await RunAsync(job, time, () => Directory.Exists(hangs)));

        Assert.Contains(log.Of(LogLevel.Critical), line => line.EndsWith($" of {slow} failed: It was ended, because {Why}", StringComparison.Ordinal));
        Assert.Equal(1, counts[$"drills{{database={slow},outcome=failed}}"]);
        Assert.Equal(1, counts[$"drills{{database={good},outcome=ok}}"]);
    }

    private static async Task<string> CreateDatabaseAsync(BackupsFixture fixture)
    {
        Directory.CreateDirectory(fixture.Root);
        var database = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{database.Name}\"");
        return database.Name;
    }

    private static (string Key, string Value)[] Databases(string first, string second) =>
        [("Backups:Databases:0", first), ("Backups:Databases:1", second), ("Backups:Schedule:MaxDuration", "00:01:00")];

    private static async Task<ScheduledOutcome> RunAsync(IScheduledJob job, FakeTimeProvider time, Func<bool> hangs)
    {
        var running = job.RunAsync(time.GetUtcNow(), Cancelled);
        await Eventually.ReadAsync(
            () =>
            {
                // The clean-up at start may have the lock, which is waited for
                time.Advance(TimeSpan.FromMilliseconds(20));
                return Task.FromResult(hangs());
            },
            found => found);
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        return await running;
    }
}
