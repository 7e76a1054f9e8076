using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Verifying;

/// <summary>A pg_restore that fails says little of bytes that are the ones that were written.</summary>
public sealed class UndecodableTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 1", "schema.dump.zst cannot be decoded. pg_restore failed with exit code 1. It said nothing on standard error. Its bytes are those that were decoded before: look at the pg_restore here.")]
    [InlineData("kill -9 $$", "schema.dump.zst could not be decoded to its end. pg_restore failed with exit code 137. It said nothing on standard error.")]
    public async Task A_copy_that_was_good_does_not_become_corrupt_by_it(string script, string error)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);

        var (outcome, state) = await VerifyAsync(fixture, FakeTools.Create(fixture.Root, "pg_restore", $"cat > /dev/null\n{script}"));

        Assert.EndsWith(error, Assert.IsType<VerifyOutcome.Unreadable>(outcome).Error, StringComparison.Ordinal);
        Assert.Equal(BackupState.Ok, state);
    }

    [Fact]
    public async Task One_that_was_never_decoded_is_corrupt()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);
        File.Delete(Directory.GetFiles(fixture.Directory, "*.check.json").Single());

        var (outcome, state) = await VerifyAsync(fixture, FakeTools.Create(fixture.Root, "pg_restore", "cat > /dev/null\nexit 1"));

        Assert.IsType<VerifyOutcome.Undecodable>(outcome);
        Assert.Equal(BackupState.Corrupt, state);
    }

    [Fact]
    public async Task An_older_pg_restore_does_not_try()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);

        var (outcome, state) = await VerifyAsync(fixture, FakeTools.CreateOld(fixture.Root, "pg_restore"));

        Assert.Matches(
            "^pg_restore 13\\.22 is older than the pg_dump that wrote it \\([0-9.]+.*\\)\\. Install newer client programs, or set POSTGRES_BIN\\.$",
            Assert.IsType<VerifyOutcome.Unreadable>(outcome).Error);
        Assert.Equal(BackupState.Ok, state);
    }

    [Fact]
    public async Task One_that_is_removed_meanwhile_is_not_corrupt()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        Assert.Null(Assert.Single(await app.BackUpNowAsync()).Error);
        var copy = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled));
        await copy.Shelf.DeleteAsync(copy.Name, Cancelled);

        var outcome = await app.Services.GetRequiredService<VerifyHandler>().VerifyAsync(copy, null, Cancelled);

        Assert.Equal("It was removed meanwhile.", Assert.IsType<VerifyOutcome.Unreadable>(outcome).Error);
        Assert.Empty(fixture.Files);
    }

    private static async Task<(VerifyOutcome Outcome, BackupState State)> VerifyAsync(BackupsFixture fixture, string tools)
    {
        var app = fixture.Start(tools);
        var shelves = app.Services.GetRequiredService<BackupShelves>();
        var outcome = await app.Services.GetRequiredService<VerifyHandler>().VerifyAsync(
            Assert.Single(await shelves.ListAsync(Cancelled)), null, Cancelled);
        return (outcome, Assert.Single(await shelves.ListAsync(Cancelled)).State);
    }
}
