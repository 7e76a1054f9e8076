using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

/// <summary>Whole runs in the encodings that are not the default, and back.</summary>
public sealed class EncodingTests(DataStores stores)
{
    [Theory]
    [InlineData("gzip", false, ".gz")]
    [InlineData("gzip", true, ".gz.enc")]
    [InlineData("none", false, "")]
    [InlineData("none", true, ".enc")]
    public async Task A_backup_in_any_encoding_comes_back(string compression, bool isEncrypted, string suffix)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var app = fixture.Start(settings:
        [
            ("Backups:Archives:Compression", compression),
            ("Backups:Encryption:Keys", isEncrypted ? ArchiveKeys.Generate(TimeProvider.System) : ""),
        ]);
        var target = fixture.Target();

        var run = Assert.Single(await app.BackUpNowAsync());
        var restored = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);

        Assert.Null(run.Error);
        Assert.Empty(run.Warnings);
        Assert.Equal(
            [$"{run.Run.Name}.globals.sql{suffix}", $"{run.Run.Name}.schema.dump{suffix}", $"{run.Run.Name}.data-01.dump{suffix}"],
            run.Manifest!.Parts.Select(part => part.File));
        Assert.Equal(1, await VisibleBackups.AssertGoodAsync(app, fixture.Directory));
        Assert.Equal(RestoreVerdict.Restored, restored.Verdict);
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql),
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));
    }
}
