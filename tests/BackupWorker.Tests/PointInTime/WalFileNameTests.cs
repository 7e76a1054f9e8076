using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class WalFileNameTests
{
    private const string Start = "server.wal.6b0b0c5d5a1e2f37.";
    private const string Base = "server-20261025T030405Z-aaaaaaaa";

    [Theory]
    [InlineData("000000010000000000000003.zst.enc", 0, 0)]
    [InlineData("000000010000000000000003", 0, 0)]
    [InlineData("00000002.history.gz", 0, 0)]
    [InlineData("000000010000000000000003.json", 1, 0)]
    [InlineData("00000002.history.json", 1, 0)]
    [InlineData("000000010000000000000003.tail-000017.zst.enc", 2, 17)]
    [InlineData("000000010000000000000003.tail-1234567", 2, 1234567)]
    [InlineData("000000010000000000000003.tail.json", 3, 0)]
    public void Names_are_read_as_they_are_written(string ending, int kind, long number)
    {
        Assert.True(WalFileName.TryParse(Start + ending, out var name));

        Assert.Equal(("server", 0x6b0b0c5d5a1e2f37UL, (WalFileKind)kind, number), (name.Label, name.System, name.Kind, name.Number));
        Assert.Equal(Start + ending, name.ToString());
        Assert.True(FileNames.IsOfWal(Start + ending));
        Assert.False(FileNames.IsOfBackup(Start + ending));
        // A lock on what is replaced every other second would keep thousands of copies
        Assert.Equal((WalFileKind)kind is WalFileKind.Whole or WalFileKind.Facts, FileNames.IsFinal(Start + ending));
    }

    [Theory]
    [InlineData("server.wal.6b0b0c5d5a1e2f37.000000010000000000000003.bak")]
    [InlineData("server.wal.6b0b0c5d5a1e2f37.000000010000000000000003.json\n")]
    [InlineData("server.wal.6b0b0c5d5a1e2f37.000000010000000000000003.tail-17")]
    [InlineData("server.wal.6b0b0c5d5a1e2f3.000000010000000000000003")]
    [InlineData("server.wal.6b0b0c5d5a1e2f37.holiday.mkv")]
    [InlineData("Server.wal.6b0b0c5d5a1e2f37.000000010000000000000003")]
    [InlineData(Base + ".base.json")]
    public void Other_names_are_not_ours(string file)
    {
        Assert.False(WalFileName.TryParse(file, out _));
        Assert.False(FileNames.IsOfWal(file));
    }

    [Theory]
    [InlineData(Base + ".base.tar.zst.enc", true)]
    [InlineData(Base + ".base.tar", true)]
    [InlineData(Base + ".base.json", true)]
    [InlineData(Base + ".base.tar.bak", false)]
    [InlineData(Base + ".json", false)]
    public void Base_backups_and_backups_of_databases_are_told_apart(string file, bool isBase)
    {
        Assert.Equal(isBase, FileNames.IsOfBase(file));
        Assert.Equal(isBase, BaseName.TryParse(file, "server", out _));
        Assert.False(BaseName.TryParse(file, "other", out _));
        Assert.False(isBase && FileNames.IsOfBackup(file));
    }
}
