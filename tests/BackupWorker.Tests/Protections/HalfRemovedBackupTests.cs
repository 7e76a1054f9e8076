using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>A removal that ended after the manifest: what is left is no backup, and goes with the next run.</summary>
public sealed class HalfRemovedBackupTests(DataStores stores)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_run_removes_the_rest_and_nothing_else(bool isKilled)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new SetClock { Now = Start };
        var isBroken = false;
        var app = fixture.Start(
            services => services.AddSingleton<TimeProvider>(time).AddSingleton(new BackupDestinations([new FaultyStorage(
                new FolderStorage("local", fixture.Directory, NullLogger<FolderStorage>.Instance),
                (step, file) => isBroken && step == "delete" && !file.EndsWith(".json", StringComparison.Ordinal)
                    && (isKilled ? throw new InvalidOperationException("As if the process ended here") : true))])),
            settings: [("Backups:Retention:Days", "7"), ("Backups:Retention:KeepVerified", "1")]);
        var old = Assert.Single(await app.BackUpNowAsync()).Run;
        time.Now = Start.AddDays(30);
        // The next run's own pruning is not what this is about
        isBroken = true;
        var newer = Assert.Single(await app.BackUpNowAsync()).Run;
        var half = FilesOf(fixture, old.Id);
        // Somebody's own loss of a manifest, and what others keep here, are not ours to finish
        string[] foreign =
        [
            $"{old.Database}-20260101T020000Z-zzzzzzzz.data-01.dump.zst", $"other-20260101T020000Z-{old.Id}.data-01.dump.zst", "notes.txt",
        ];
        foreach (var file in foreign)
        {
            await File.WriteAllTextAsync(Path.Combine(fixture.Directory, file), "mine", Cancelled);
        }

        File.Delete(Path.Combine(fixture.Directory, newer.Name.ManifestFile));
        var lost = FilesOf(fixture, newer.Id);
        isBroken = false;
        time.Now = time.Now.AddHours(1);
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);

        Assert.NotEmpty(half);
        Assert.DoesNotContain(old.Name.ManifestFile, half);
        Assert.Equal([foreign[1]], FilesOf(fixture, old.Id));
        Assert.Equal(lost, FilesOf(fixture, newer.Id));
        Assert.Empty(foreign.Except(fixture.Files));
    }

    [Fact]
    public async Task A_backup_that_could_not_even_begin_to_go_is_decided_on_anew()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new SetClock { Now = Start };
        var isLocked = true;
        var app = fixture.Start(Replace, settings: [("Backups:Retention:Days", "7"), ("Backups:Retention:KeepVerified", "1")]);
        var old = Assert.Single(await app.BackUpNowAsync()).Run;
        time.Now = Start.AddDays(30);
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        isLocked = false;
        await app.DisposeAsync();

        var keeping = fixture.Start(Replace, settings: ("Backups:Retention:Days", "365"));
        Assert.Null(Assert.Single(await keeping.BackUpNowAsync()).Error);
        // Whoever loses its manifest now can still rescue it
        File.Delete(Path.Combine(fixture.Directory, old.Name.ManifestFile));
        var files = FilesOf(fixture, old.Id);
        Assert.Null(Assert.Single(await keeping.BackUpNowAsync()).Error);

        Assert.NotEmpty(files);
        Assert.Equal(files, FilesOf(fixture, old.Id));
        void Replace(IServiceCollection services) => services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(new BackupDestinations([new FaultyStorage(
                new FolderStorage("local", fixture.Directory, NullLogger<FolderStorage>.Instance), (step, _) => isLocked && step == "delete")]));
    }

    private static List<string> FilesOf(BackupsFixture fixture, string id) =>
        [.. fixture.Files.Where(file => file.Contains($"-{id}.", StringComparison.Ordinal))];
}
