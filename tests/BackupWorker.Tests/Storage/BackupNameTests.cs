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

    [Fact]
    public void New_ids_fit_the_pattern_and_differ()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => BackupName.NewId()).ToList();

        Assert.All(ids, id => Assert.True(BackupName.TryParse($"app-20261025T030405Z-{id}", out _)));
        Assert.Equal(1000, ids.Distinct().Count());
    }
}
