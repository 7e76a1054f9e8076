using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

/// <summary>From the last byte to a backup that exists.</summary>
public sealed class PublishingTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_destination_has_is_a_backup_whatever_happens_in_the_next()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.StartOnTwo((step, _) => step == "open" ? throw new InvalidOperationException("a defect") : false);

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(result.Error);
        Assert.Equal(["far"], result.FailedDestinations);
        Assert.Contains(result.Warnings, warning => warning.Contains("far", StringComparison.Ordinal));
        Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, fixture.Directory));
        Assert.Empty(Directory.GetFiles(fixture.FarFolder()));
    }

    [Fact]
    public async Task Files_that_were_cleaned_away_before_the_manifest_came_make_no_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.StartOnTwo((step, file) =>
        {
            if (step == "commit" && file.EndsWith(BackupName.ManifestSuffix, StringComparison.Ordinal) && !file.EndsWith(BackupName.CheckSuffix, StringComparison.Ordinal))
            {
                File.Delete(Directory.GetFiles(fixture.FarFolder(), "*.schema.dump.zst").Single());
            }

            return false;
        });

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(result.Error);
        Assert.Equal(["far"], result.FailedDestinations);
        Assert.Empty(Directory.GetFiles(fixture.FarFolder()));
        Assert.Equal("near", Assert.Single(await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled)).Shelf.Name);
    }

    [Fact]
    public async Task A_manifest_that_was_cleaned_away_at_once_makes_no_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var isWritten = false;
        var app = fixture.StartOnTwo((step, file) =>
        {
            if (step == "list" && isWritten)
            {
                // As the next holder of the lock does, which took this run for dead
                Directory.GetFiles(fixture.FarFolder()).ToList().ForEach(File.Delete);
            }

            isWritten |= step == "commit" && file.EndsWith(BackupName.ManifestSuffix, StringComparison.Ordinal) && !file.EndsWith(BackupName.CheckSuffix, StringComparison.Ordinal);
            return false;
        });

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.Equal(["far"], result.FailedDestinations);
        Assert.Contains("far: Its manifest was removed in the moment in which it was written: somebody took this run for dead.", result.Warnings);
    }

    [Fact]
    public async Task One_that_cannot_be_read_back_is_kept_with_a_warning()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.StartOnTwo((step, file) => step == "read" && file.Contains(".dump.", StringComparison.Ordinal));

        var result = Assert.Single(await app.BackUpNowAsync());

        Assert.Null(result.Error);
        Assert.Empty(result.FailedDestinations);
        Assert.Contains(result.Warnings, warning => warning.Contains("far", StringComparison.Ordinal));
        var copies = await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled);
        Assert.Equal(
            [("far", BackupState.Unverified), ("near", BackupState.Ok)],
            copies.Select(copy => (copy.Shelf.Name, copy.State)).Order());
    }
}
