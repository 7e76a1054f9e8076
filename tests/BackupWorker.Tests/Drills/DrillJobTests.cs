using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Drills;

/// <summary>The schedule's drills of several databases.</summary>
public sealed class DrillJobTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, ScheduledOutcome.Done)]
    [InlineData("garbled", ScheduledOutcome.Failed)]
    [InlineData("away", ScheduledOutcome.Failed)]
    [InlineData("other", ScheduledOutcome.Done)]
    public async Task That_there_is_nothing_to_drill_is_good_only_where_all_was_looked_at(string? how, object outcome)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var isAway = false;
        var app = fixture.StartOnTwo((step, _) => step == "list" && isAway);
        if (how is "garbled" or "other")
        {
            var name = Assert.Single(await app.BackUpNowAsync()).Run.Name;
            foreach (var folder in new[] { fixture.Directory, fixture.FarFolder() })
            {
                // That of another database says nothing of this one
                var manifest = Path.Combine(folder, (how == "other" ? name with { Database = "other" } : name).ManifestFile);
                File.Move(Path.Combine(folder, name.ManifestFile), manifest, overwrite: true);
                await BackupsFixture.GarbleAsync(manifest);
            }
        }

        isAway = how == "away";
        var job = app.Services.GetServices<IScheduledJob>().OfType<DrillJob>().Single();

        Assert.Equal(outcome, await job.RunAsync(new(2026, 11, 22, 4, 0, 0, TimeSpan.Zero), Cancelled));
    }

    [Fact]
    public async Task Every_database_is_drilled_and_only_the_one_that_failed_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var (bad, late) = (fixture.Target(), fixture.Target());
        foreach (var database in new[] { bad, late })
        {
            await fixture.ExecuteAsync($"CREATE DATABASE \"{database.Name}\"");
        }

        var app = fixture.Start(settings:
        [
            ("Backups:Databases:0", bad.Name), ("Backups:Databases:1", fixture.Database.Name), ("Backups:Databases:2", late.Name),
        ]);
        // The last one has no backup yet, which is no failure of a drill
        await app.BackUpNowAsync(bad.Name, fixture.Database.Name);
        var job = app.Services.GetServices<IScheduledJob>().OfType<DrillJob>().Single();
        await BackupsFixture.GarbleAsync(Path.Combine(fixture.Directory, fixture.Files.Single(
            file => file.StartsWith($"{bad.Name}-", StringComparison.Ordinal) && file.Contains(".data-01.", StringComparison.Ordinal))));
        var first = new DateTimeOffset(2026, 11, 22, 4, 0, 0, TimeSpan.Zero);

        Assert.Equal(ScheduledOutcome.Failed, await job.RunAsync(first, Cancelled));

        var drilled = await DrilledAsync();
        Assert.Equal([(bad.Name, false), (fixture.Database.Name, true)], drilled.Select(copy => (copy.Key, copy.Value.DrillError is null)));
        Assert.Null(await job.LastOccurrenceAsync(Cancelled));

        // Again, after a good backup of the one that failed
        await app.BackUpNowAsync(bad.Name);
        Assert.Equal(ScheduledOutcome.Done, await job.RunAsync(first, Cancelled));

        var again = await DrilledAsync();
        Assert.Null(again[bad.Name].DrillError);
        Assert.Equal(drilled[fixture.Database.Name].DrilledAt, again[fixture.Database.Name].DrilledAt);
        Assert.Equal(first, await job.LastOccurrenceAsync(Cancelled));
        Assert.Equal(ScheduledOutcome.NotOurs, await job.RunAsync(first, Cancelled));

        // What was found out about the newest backup of each database that was drilled
        async Task<SortedList<string, BackupCheck>> DrilledAsync() => new((await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled))
            .Where(copy => copy.Check?.DrilledAt is not null)
            .GroupBy(copy => copy.Name.Database)
            .ToDictionary(group => group.Key, group => group.First().Check!));
    }
}
