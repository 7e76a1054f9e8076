using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.BackupWorker.Verifying;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>The first copy of two is damaged, and counts as good until somebody reads it.</summary>
public sealed class DamagedCopyTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("data-01", false, false)]
    [InlineData("data-01", false, true)]
    [InlineData("globals", true, false)]
    public async Task Whoever_meets_it_and_takes_another_one_marks_it(string part, bool withRoles, bool isDrill)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var log = new LogLines();
        var app = await BackedUpAsync(fixture, log);
        var damaged = await GarbleFirstAsync(fixture, part);
        await using var target = fixture.Target();

        var destination = isDrill
            ? (await app.DrillNowAsync(fixture.Database.Name)).Destination
            : (await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
                new(BackupChoice.Latest, target.Name, WithRoles: withRoles), new(_ => { }), Cancelled)).Destination;

        var copies = (await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled)).ToDictionary(copy => copy.Shelf.Name);
        Assert.Equal(withRoles ? "first" : "second", destination);
        Assert.Equal((BackupState.Corrupt, BackupState.Ok), (copies["first"].State, copies["second"].State));
        Assert.StartsWith($"{damaged} is damaged: ", copies["first"].Error, StringComparison.Ordinal);
        Assert.DoesNotContain("dropped", copies["first"].Error, StringComparison.Ordinal);
        Assert.Contains($"Backup {copies["first"].Name} in the destination first is corrupt: {copies["first"].Error}", log.Of(LogLevel.Critical));
        // The alert to set: its age counts no more
        var ages = app.Services.GetRequiredService<VerifiedAges>();
        await ages.RefreshAsync(Cancelled);
        Assert.Null(ages.All.Single(age => age.Destination == "first").Newest);
    }

    [Fact]
    public async Task A_backup_that_was_removed_meanwhile_is_not_marked()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = await BackedUpAsync(fixture, new());
        var copy = (await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled)).Single(copy => copy.Shelf.Name == "first");
        await copy.Shelf.DeleteAsync(copy.Name, Cancelled);

        await app.Services.GetRequiredService<VerifyHandler>().MarkCorruptAsync(copy, "A file is missing.", new(_ => { }), Cancelled);

        Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Root, "first")));
    }

    [Fact]
    public async Task What_it_has_half_filled_and_cannot_be_dropped_is_told_as_what_it_is()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        // A subscription of its own lets no database be dropped
        var tools = FakeTools.Create(
            fixture.Root,
            "pg_restore",
            "\"$real\" \"$@\" || exit $?\ncase \"$*\" in *--dbname*--section=pre-data*) exec \"$(dirname \"$real\")/psql\" -X -q "
            + "-c \"CREATE SUBSCRIPTION sub CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false, slot_name = NONE)\" ;; esac");
        var app = await BackedUpAsync(fixture, new(), tools);
        var damaged = await GarbleFirstAsync(fixture, "data-01");
        await using var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        await BackupsFixture.ExecuteAsync(target.ConnectionString, "DROP SUBSCRIPTION sub");
        Assert.Equal((RestoreVerdict.Corrupt, "first"), (result.Verdict, result.Destination));
        Assert.StartsWith($"The copy in {Path.Combine(fixture.Root, "first")} cannot be restored. {damaged} is damaged: ", result.Message, StringComparison.Ordinal);
        Assert.Contains($" The new database '{target.Name}' is left behind, incomplete: The database answered: ", result.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            $" Remove it with: DROP DATABASE \"{target.Name}\"; Then restore again, or now into another name: "
            + $"the copy in {Path.Combine(fixture.Root, "second")} was not tried yet.",
            result.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplicationFactory<BackupsOptions>> BackedUpAsync(BackupsFixture fixture, LogLines log, string? tools = null)
    {
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n");
        var app = fixture.Start(
            services => services.AddSingleton<ILoggerProvider>(log).AddSingleton(new BackupDestinations([Folder("first"), Folder("second")])), tools);
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        return app;
        FolderStorage Folder(string name) => new(name, Path.Combine(fixture.Root, name), NullLogger<FolderStorage>.Instance);
    }

    /// <returns>The file's name.</returns>
    private static async Task<string> GarbleFirstAsync(BackupsFixture fixture, string part)
    {
        var file = Directory.GetFiles(Path.Combine(fixture.Root, "first")).Single(file => file.Contains($".{part}.", StringComparison.Ordinal));
        await BackupsFixture.GarbleAsync(file);
        return Path.GetFileName(file);
    }
}
