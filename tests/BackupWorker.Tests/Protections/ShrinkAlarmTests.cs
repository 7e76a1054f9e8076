using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

public sealed class ShrinkAlarmTests(DataStores stores)
{
    [Theory]
    [InlineData("0.5", true)]
    [InlineData("0.99", false)]
    [InlineData("1", false)]
    public async Task A_backup_that_lost_much_is_kept_and_told(string share, bool alarm)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE lost AS SELECT n, repeat('x', 1000) AS content FROM generate_series(1, 300) n");
        var log = new LogLines();
        var app = fixture.Start(
            services => services.AddSingleton<ILoggerProvider>(log), settings: [("Backups:ShrinkAlarm", share)]);
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");
        var before = Assert.Single(await app.BackUpNowAsync());
        Assert.Empty(before.Manifest!.Warnings);
        await fixture.ExecuteAsync("TRUNCATE lost");

        var after = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(after.Error);
        var stored = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().FindAsync(after.Run.Id, TestContext.Current.CancellationToken));
        Assert.Equal(BackupState.Ok, stored.State);
        Assert.Equal(alarm ? 1 : 0, counts[$"shrunk{{database={fixture.Database.Name}}}"]);
        if (!alarm)
        {
            Assert.Empty(stored.Manifest.Warnings);
            return;
        }

        var warning = Assert.Single(stored.Manifest.Warnings);
        Assert.Matches(
            $"^It is [0-9]+\\s?% smaller than backup {before.Run.Id} before it \\([0-9,]+ bytes of content, then [0-9,]+\\)\\. "
            + "Look at what the database lost\\.$",
            warning);
        Assert.Contains($"Backup {after.Run.Id} of {fixture.Database.Name} needs a look. {warning}", log.Of(LogLevel.Error));
    }

    /// <summary>Whoever may write to storage can put a small backup there, so that the loss of much looks like a gain.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_planted_backup_does_not_quiet_the_alarm(bool encrypted)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE lost AS SELECT n, repeat('x', 1000) AS content FROM generate_series(1, 300) n");
        var time = new SetClock { Now = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero) };
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time),
            settings: encrypted ? [("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System))] : []);
        var before = Assert.Single(await app.BackUpNowAsync());
        await PlantAsync(fixture, time.Now.AddHours(1));
        await fixture.ExecuteAsync("TRUNCATE lost");
        time.Now = time.Now.AddHours(2);

        var after = Assert.Single(await app.BackUpNowAsync());

        Assert.Contains($"smaller than backup {before.Run.Id} before it", Assert.Single(after.Manifest!.Warnings), StringComparison.Ordinal);
    }

    /// <summary>As somebody can who has no key.</summary>
    private static async Task PlantAsync(BackupsFixture fixture, DateTimeOffset startedAt)
    {
        var name = new BackupName(fixture.Database.Name, startedAt, "p1anted0");
        var manifests = new ManifestFiles(new(new(Options.Create(new ArchiveEncryptionOptions()))));
        await File.WriteAllBytesAsync(Path.Combine(fixture.Directory, name.ManifestFile), manifests.Write(AManifest.Of(name)), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(fixture.Directory, $"{name}.schema.dump.zst"), [1, 2, 3], TestContext.Current.CancellationToken);
    }
}
