using CsCheck;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class WalTailTests
{
    private const int Size = 1 << 20;

    [Fact]
    public Task A_segment_is_filled_up_to_its_last_byte_that_is_not_zero() => Gen.Select(Gen.Int[0, Size], Gen.Int[0, Size]).SampleAsync(async (length, part) =>
    {
        var content = new byte[Size];
        // Every page begins with a number; between them, zeros are content
        for (var page = 0; page < length; page += 8192)
        {
            content[page] = 1;
        }

        content[Math.Max(0, length - 1)] = (byte)(length > 0 ? 7 : 0);
        using var segment = new MemoryStream(content);
        var known = length > 0 ? part % length : 0;

        Assert.Equal(length, await WalTail.LengthAsync(segment, 0, TestContext.Current.CancellationToken));
        Assert.Equal(length, await WalTail.LengthAsync(segment, known, TestContext.Current.CancellationToken));
    }, iter: 50);

    [Fact]
    public async Task The_start_of_a_segment_ends_where_it_is_told()
    {
        using var read = new MemoryStream();
        await using var start = new WalTail.Start(new MemoryStream([1, 2, 3, 4]), 3);

        await start.CopyToAsync(read, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], read.ToArray());
    }
}
