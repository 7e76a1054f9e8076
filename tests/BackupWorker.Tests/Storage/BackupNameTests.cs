using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class BackupNameTests
{
    private static readonly DateTimeOffset Time = new(2026, 10, 25, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("prodready", "prodready-20261025T030405Z-0123abcd")]
    [InlineData("app-test", "app-test-20261025T030405Z-0123abcd")]
    [InlineData("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd-20261025T030405Z-0123abcd")]
    [InlineData("a 名%41", "a%20%E5%90%8D%2541-20261025T030405Z-0123abcd")]
    public void A_name_is_a_file_name_and_reads_back(string database, string text)
    {
        var name = new BackupName(database, Time, "0123abcd");

        Assert.Equal(text, name.ToString());
        Assert.True(BackupName.TryParse(text, out var parsed));
        Assert.Equal(name, parsed);
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("app-20261025T030405Z-0123abc")]
    [InlineData("app-20261325T030405Z-0123abcd")]
    [InlineData("app-20261025T030405Z-0123ABCD")]
    [InlineData("-20261025T030405Z-0123abcd")]
    public void Other_names_are_not_ours(string text) => Assert.False(BackupName.TryParse(text, out _));

    [Theory]
    [InlineData("a.b-20261025T030405Z-0123abcd.data-01.dump.zst.enc", "a.b", ".data-01.dump.zst.enc")]
    [InlineData("app-20261025T030405Z-0123abcd.json", "app", ".json")]
    [InlineData("app-20261025T030405Z-0123abcd", "app", "")]
    public void A_file_tells_whose_it_is(string file, string database, string suffix)
    {
        Assert.True(BackupName.TryParseFile(file, out var name, out var found));

        Assert.Equal((database, suffix), (name.Database, found));
    }

    [Theory]
    [InlineData("app-20261025T030405Z-0123abcdx.json")]
    [InlineData("app-20261025T030405Z-0123abcd.json\n")]
    [InlineData("app-20261025T030405Z-0123abcd..json")]
    [InlineData("app-20261025T030405Z-0123abcd.JSON")]
    public void Other_files_are_not_ours(string file) => Assert.False(BackupName.TryParseFile(file, out _, out _));

    [Fact]
    public void New_ids_fit_the_pattern_and_differ()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => BackupName.NewId()).ToList();

        Assert.All(ids, id => Assert.True(BackupName.TryParse($"app-20261025T030405Z-{id}", out _)));
        Assert.Equal(1000, ids.Distinct().Count());
    }
}
