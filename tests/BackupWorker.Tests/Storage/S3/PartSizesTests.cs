using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class PartSizesTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void As_many_parts_as_S3_takes_hold_the_largest_object()
    {
        var sizes = Enumerable.Range(1, PartSizes.MaxParts).Select(number => (long)PartSizes.Of(number)).ToList();

        Assert.True(sizes.Sum() >= 5 * 1024 * 1024 * Mebibyte);
        Assert.All(sizes, size => Assert.InRange(size, 5 * Mebibyte, 2047 * Mebibyte));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(1000, 8)]
    [InlineData(1001, 16)]
    [InlineData(2001, 32)]
    [InlineData(10_000, 2047)]
    public void Parts_are_small_at_first(int number, long mebibytes) => Assert.Equal(mebibytes * Mebibyte, PartSizes.Of(number));
}
