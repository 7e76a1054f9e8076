using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>A destination that answers with an error (a bad sector, a missing right): another one may hold the whole backup.</summary>
public sealed class UnreadableCopyTests(DataStores stores)
{
    private string? _bad;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("open .schema.")]
    [InlineData("read .data-01.")]
    public async Task The_next_copy_is_restored(string bad)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = await BackedUpAsync(fixture, "first", "second");
        _bad = bad;
        var (target, said) = (fixture.Target(), new List<string>());

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name, said.Add);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Equal("second", result.Destination);
        Assert.Contains($"{Folder(fixture, "first")}: The {bad[..4]} failed. The new database '{target.Name}' was dropped again.", said);
        Assert.Equal(100, await BackupsFixture.ScalarAsync<long>(target.ConnectionString, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Without_another_one_nothing_is_left_and_the_copy_is_not_called_corrupt()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = await BackedUpAsync(fixture, "only");
        _bad = "read .data-01.";
        var target = fixture.Target();

        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);
        var drill = await app.DrillNowAsync(fixture.Database.Name);

        Assert.Equal(
            (RestoreVerdict.Unreadable, ExitCode.Failed, $"The read failed. The new database '{target.Name}' was dropped again."),
            (result.Verdict, ExitCode.Of(result.Verdict), result.Message));
        Assert.False(await fixture.ExistsAsync(target.Name));
        Assert.StartsWith("The read failed. ", drill.Error, StringComparison.Ordinal);
        var copy = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled));
        Assert.Equal((BackupState.Ok, drill.Error), (copy.State, copy.Check!.DrillError));
    }

    [Fact]
    public async Task Roles_that_cannot_be_read_are_not_called_corrupt()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = await BackedUpAsync(fixture, "only");
        _bad = "open .globals.";

        var result = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(BackupChoice.Latest, fixture.Target().Name, WithRoles: true), new(_ => { }), Cancelled);

        Assert.Equal((RestoreVerdict.Unreadable, "The open failed. Nothing was created."), (result.Verdict, result.Message));
    }

    private static string Folder(BackupsFixture fixture, string name) => Path.Combine(fixture.Root, name);

    private async Task<WebApplicationFactory<BackupsOptions>> BackedUpAsync(BackupsFixture fixture, params string[] destinations)
    {
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n");
        var app = fixture.Start(services => services.AddSingleton(new BackupDestinations([.. destinations.Select(name => new FaultyStorage(
            new FolderStorage(name, Folder(fixture, name), NullLogger<FolderStorage>.Instance),
            (step, file) => name == destinations[0] && _bad?.Split(' ') is [var badStep, var badFile]
                && step == badStep && file.Contains(badFile, StringComparison.Ordinal)))])));
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        return app;
    }
}
