using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>Two destinations, one of which fails: the other one has the backup, and nobody can miss it.</summary>
public sealed class SecondLocationTests(DataStores stores)
{
    [Theory]
    [InlineData("create", ".globals.", "one")]
    [InlineData("create", ".globals.", "two")]
    [InlineData("write", ".data-01.", "two")]
    [InlineData("write", ".schema.", "one")]
    [InlineData("commit", ".data-01.", "two")]
    [InlineData("commit", ".check.json", "one")]
    [InlineData("commit", "Z-????????.json", "two")]
    [InlineData("garble", ".data-01.", "one")]
    [InlineData("garble", ".globals.", "two")]
    public async Task The_other_one_has_the_backup(string step, string file, string bad)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var log = new LogLines();
        var good = bad == "one" ? "two" : "one";
        var app = fixture.Start(services => services
            .AddSingleton<ILoggerProvider>(log)
            .AddSingleton(new BackupDestinations([Destination("one"), Destination("two")])));
        using var counts = new MeterCounts(app.Services.GetRequiredService<IMeterFactory>(), "prodready.backups.");

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(result.Error);
        Assert.Equal([bad], result.FailedDestinations);
        Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, Folder(good)));
        Assert.Empty(Files(bad));
        Assert.Equal((1, 0), (counts[$"destination.failures{{destination={bad}}}"], counts[$"destination.failures{{destination={good}}}"]));
        Assert.Equal(1, counts[$"runs{{database={fixture.Database.Name},outcome=ok}}"]);
        var warning = Assert.Single(result.Warnings);
        Assert.StartsWith($"{bad}: ", warning, StringComparison.Ordinal);
        Assert.EndsWith(".", warning, StringComparison.Ordinal);
        Assert.Contains($"Backup {result.Run.Id} of {fixture.Database.Name} needs a look. {warning}", log.Of(LogLevel.Error));
        Assert.Equal(warning, await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT warnings[1] FROM backups.runs"));

        string Folder(string name) => Path.Combine(fixture.Root, name);

        string[] Files(string name) => Directory.Exists(Folder(name)) ? Directory.GetFiles(Folder(name)) : [];

        FaultyStorage Destination(string name) => new(
            new FolderStorage(name, Folder(name), NullLogger<FolderStorage>.Instance),
            (called, of) => name == bad && called == step && Fits(of),
            of => name == bad && step == "garble" && Fits(of));

        bool Fits(string name) => file.Contains('?', StringComparison.Ordinal)
            ? BackupName.TryParseFile(name, out _, out var suffix) && suffix == BackupName.ManifestSuffix
            : name.Contains(file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_read_back_at_once_is_kept_and_looked_at_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var failures = 1;
        var app = fixture.Start(services => services.AddSingleton(new BackupDestinations(
        [
            new FaultyStorage(
                new FolderStorage("one", fixture.Directory, NullLogger<FolderStorage>.Instance),
                (step, file) => step == "open" && file.Contains(".schema.", StringComparison.Ordinal) && Interlocked.Decrement(ref failures) >= 0),
        ])));

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.StartsWith("one: It is stored, but could not be read back yet: ", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var copy = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(BackupState.Ok, copy.State);
        Assert.True(failures < 0);
    }
}
