using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("globals.sql.zst.enc")]
    [InlineData("schema.dump.gz")]
    [InlineData("data-01.dump")]
    [InlineData("data-100.dump.enc")]
    [InlineData("check.json")]
    [InlineData("json")]
    public void Files_of_backups_are_ours(string ending)
    {
        Assert.True(FileNames.IsOfBackup($"{StorageContract.Backup}.{ending}"));
        Assert.True(FileNames.IsOfBackup($"my.db-20261025T030405Z-aaaaaaaa.{ending}"));
    }

    [Theory]
    [InlineData("holiday.mkv")]
    [InlineData("app.dump")]
    [InlineData("app-20261025T030405Z-aaaaaaaa.json.bak")]
    [InlineData("app-20261025T030405Z-aaaaaaaa")]
    [InlineData("app-20261325T030405Z-aaaaaaaa.json")]
    [InlineData("app-20261025T030405Z-aaaaaaaa.json\n")]
    public void Other_files_are_not(string file) => Assert.False(FileNames.IsOfBackup(file));
}
