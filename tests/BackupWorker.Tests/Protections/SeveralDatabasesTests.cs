using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>Databases are backed up each on its own: one that fails stops no other, and cannot hide behind one.</summary>
public sealed class SeveralDatabasesTests(DataStores stores)
{
    [Fact]
    public async Task One_that_fails_does_not_stop_the_others_and_its_age_goes_on_growing()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var last = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{last.Name}\"");
        var log = new LogLines();
        var app = fixture.Start(
            services => services.AddSingleton<ILoggerProvider>(log),
            settings:
            [
                ("Backups:Databases:0", "never_created"),
                ("Backups:Databases:1", "postgres://me:secret-pass" + "word@127.0.0.1:1/unreachable"),
                ("Backups:Databases:2", fixture.Database.Name),
                ("Backups:Databases:3", last.Name),
            ]);
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");

        var results = await app.BackUpNowAsync();

        Assert.Equal("The database answered: database \"never_created\" does not exist (3D000).", results[0].Error);
        Assert.StartsWith("The database cannot be reached or was lost: ", results[1].Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-pass", results[1].Error + string.Join('\n', log.Of(LogLevel.Error)), StringComparison.Ordinal);
        Assert.Equal([null, null], results.Skip(2).Select(result => result.Error));
        var copies = await app.Services.GetRequiredService<BackupShelves>().ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new[] { fixture.Database.Name, last.Name }.Order(), copies.Select(copy => copy.Name.Database).Order());
        Assert.Equal(
            2, log.Of(LogLevel.Error).Count(line => line.StartsWith("Backup ", StringComparison.Ordinal) && line.Contains(" failed: ", StringComparison.Ordinal)));
        foreach (var (database, failed) in new[] { ("never_created", true), ("unreachable", true), (fixture.Database.Name, false), (last.Name, false) })
        {
            Assert.Equal(failed ? 1 : 0, counts[$"runs{{database={database},outcome=failed}}"]);
            Assert.Equal(failed ? 0 : 1, counts[$"runs{{database={database},outcome=ok}}"]);
            var age = TimeSpan.FromSeconds(counts[$"age{{database={database},destination=local}}"]);
            Assert.True(failed ? age > TimeSpan.FromDays(365 * 50) : age < TimeSpan.FromMinutes(2), $"{database} is {age} old");
        }
    }

    [Fact]
    public async Task A_backup_that_is_found_to_be_corrupt_does_not_count_for_the_age()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        await app.BackUpNowAsync();
        var age = $"age{{database={fixture.Database.Name},destination=local}}";
        var before = counts[age];

        File.Delete(fixture.FileOf("data-01"));
        await app.Services.GetRequiredService<VerifiedAges>().RefreshAsync(TestContext.Current.CancellationToken);

        Assert.InRange(before, 0, 120);
        Assert.True(counts[age] > TimeSpan.FromDays(365 * 50).TotalSeconds);
    }
}
