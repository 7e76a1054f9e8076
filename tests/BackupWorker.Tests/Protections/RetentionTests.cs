using Microsoft.AspNetCore.Mvc.Testing;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>What retention takes out of a real folder, and what it never does.</summary>
public sealed class RetentionTests(DataStores stores)
{
    private const string NotProved = "not proved to be genuine here, so no rule can judge it: see its error for what is missing";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_good_backups_of_each_database_stay_however_old_and_foreign_files_too()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var other = fixture.Target($"{fixture.Database.Name}_test");
        await fixture.ExecuteAsync($"CREATE DATABASE \"{other.Name}\"");
        var time = new SetClock { Now = Start };
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time),
            settings: [("Backups:Databases:0", fixture.Database.Name), ("Backups:Databases:1", other.Name)]);
        var shelves = app.Services.GetRequiredService<BackupShelves>();
        for (var day = 0; day < 4; day++)
        {
            await app.BackUpNowAsync();
            time.Now = time.Now.AddDays(1);
        }

        // The newest of one database is damaged, so that it must not count among the good ones
        var damaged = (await shelves.ListAsync(Cancelled)).First(copy => copy.Name.Database == fixture.Database.Name);
        await BackupsFixture.GarbleAsync(Path.Combine(fixture.Directory, damaged.Manifest.Parts[^1].File));
        Assert.IsType<VerifyOutcome.Corrupt>(await app.Services.GetRequiredService<VerifyHandler>().VerifyAsync(damaged, null, Cancelled));
        string[] foreign = ["readme.txt", $"{fixture.Database.Name}.dump", $"{fixture.Database.Name}-20200101T000000Z.json"];
        foreach (var file in foreign)
        {
            await File.WriteAllTextAsync(Path.Combine(fixture.Directory, file), "mine", Cancelled);
        }

        time.Now = Start.AddDays(400);
        var planned = (await app.Services.GetRequiredService<Pruner>().PlanAsync(Cancelled)).Removals;
        Assert.Equal(8, (await shelves.ListAsync(Cancelled)).Count);
        await app.BackUpNowAsync(fixture.Database.Name);

        Assert.Equal([1, 2, 400], await DaysAsync(fixture.Database.Name));
        Assert.Equal([1, 2, 3], await DaysAsync(other.Name));
        Assert.Equal(7, planned.Count(one => one.Decision.Keep));
        Assert.Empty(foreign.Except(fixture.Files));
        // And nothing stays of what went
        var names = (await shelves.ListAsync(Cancelled)).Select(copy => copy.Name.ToString()).ToList();
        Assert.All(fixture.Files.Except(foreign), file => Assert.Contains(names, name => file.StartsWith(name + ".", StringComparison.Ordinal)));

        async Task<IEnumerable<int>> DaysAsync(string database) => (await shelves.ListAsync(Cancelled))
            .Where(copy => copy.Name.Database == database).Select(copy => (copy.Name.StartedAt - Start).Days).Order();
    }

    /// <summary>Drills that find nothing to restore any more leave the copies they tried good by their bytes.</summary>
    [Fact]
    public async Task The_last_backup_that_a_drill_has_restored_stays()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new SetClock { Now = Start };
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time),
            settings: [("Backups:Retention:Days", "7"), ("Backups:Retention:KeepVerified", "1")]);
        foreach (var (day, error) in new (int, string?)[] { (0, null), (1, null), (2, "Row counts differ from the backup's."), (100, "It broke.") })
        {
            time.Now = Start.AddDays(day);
            await app.BackUpNowAsync();
            var newest = (await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled))[0];
            await newest.Shelf.WriteCheckAsync(newest.Name, newest.Check! with { DrilledAt = time.Now, DrillError = error }, Cancelled);
        }

        var planned = (await app.Services.GetRequiredService<Pruner>().PlanAsync(Cancelled)).Removals;

        Assert.Equal(
            [(1, "the newest backup that a drill has restored"), (100, "the newest verified backup")],
            planned.Select(one => ((one.Copy.Name.StartedAt - Start).Days, one.Decision.Why)));
    }

    /// <summary>A first key, or one that replaces another, must not cost what was kept for years.</summary>
    [Fact]
    public async Task What_this_configuration_cannot_prove_stays()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new SetClock { Now = Start };
        await App().BackUpNowAsync();
        time.Now = Start.AddDays(100);
        await App(("Backups:Encryption:Keys", ArchiveKeys.Generate(time))).BackUpNowAsync();
        time.Now = Start.AddDays(200);
        var last = App(("Backups:Encryption:Keys", ArchiveKeys.Generate(time)), ("Backups:Retention:KeepVerified", "1"));
        await last.BackUpNowAsync();
        time.Now = Start.AddDays(300);
        await last.BackUpNowAsync();

        var planned = (await last.Services.GetRequiredService<Pruner>().PlanAsync(Cancelled)).Removals;

        Assert.Equal(
            [(0, NotProved), (100, NotProved), (300, "the newest verified backup")],
            planned.Select(one => ((one.Copy.Name.StartedAt - Start).Days, one.Decision.Why)));

        WebApplicationFactory<BackupsOptions> App(params (string, string)[] settings) =>
            fixture.Start(services => services.AddSingleton<TimeProvider>(time), settings: settings);
    }
}
