using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class S3ContinuationTests
{
    private const string Mark = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("app-20261025T030405Z-aaaaaaaa.data-01.dump.zst.enc", 2, $"app-20261025T030405Z-aaaaaaaa.data-01.dump.zst.enc.{Mark}-0002")]
    [InlineData("x", 9999, $"x.{Mark}-9999")]
    [InlineData("x", 10_000, $"x.{Mark}-10000")]
    public void Names_are_read_as_they_are_written(string file, int number, string name)
    {
        Assert.Equal(name, S3Continuation.Of(file, Mark, number));

        Assert.True(S3Continuation.TryParse(name, out var owner, out var mark, out var parsed));
        Assert.Equal((file, Mark, number), (owner, mark, parsed));
        Assert.Equal(file, S3Continuation.FileOf(name));
    }

    [Theory]
    [InlineData("app-20261025T030405Z-aaaaaaaa.data-01.dump")]
    [InlineData($".{Mark}-0002")]
    [InlineData($"x.{Mark}-0001")]
    [InlineData($"x.{Mark}-0000")]
    [InlineData($"x.{Mark}-2")]
    [InlineData($"x.{Mark}-00002")]
    [InlineData($"x.{Mark}-0002.json")]
    [InlineData($"x{Mark}-0002")]
    [InlineData("x.0123456789ABCDEF0123456789ABCDEF-0002")]
    [InlineData("x.0123456789abcdef0123456789abcde-0002")]
    public void Other_names_are_files(string name)
    {
        Assert.False(S3Continuation.TryParse(name, out _, out _, out _));
        Assert.Equal(name, S3Continuation.FileOf(name));
    }
}
