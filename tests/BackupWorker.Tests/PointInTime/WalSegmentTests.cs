using CsCheck;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class WalSegmentTests
{
    private const long Usual = 16 << 20;

    [Theory]
    [InlineData("0/0", 0UL)]
    [InlineData("0/3002FA8", 0x3002FA8UL)]
    [InlineData("16/B374D848", 0x16B374D848UL)]
    [InlineData("FFFFFFFF/FFFFFFFF", ulong.MaxValue)]
    public void Positions_are_read_and_written_as_PostgreSQL_does(string text, ulong value)
    {
        Assert.Equal(value, WalPosition.Parse(text).Value);
        Assert.Equal(text, new WalPosition(value).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("3002FA8")]
    [InlineData("0/3/2")]
    [InlineData("0/x")]
    [InlineData("0/100000000")]
    public void Other_texts_are_no_positions(string text) => Assert.Throws<FormatException>(() => WalPosition.Parse(text));

    /// <summary>What pg_walfile_name answers.</summary>
    [Theory]
    [InlineData(1, "0/3002FA8", Usual, "000000010000000000000003")]
    [InlineData(2, "1/0", Usual, "000000020000000100000000")]
    [InlineData(1, "0/FFFFFFFF", Usual, "0000000100000000000000FF")]
    [InlineData(1, "16/B374D848", 1 << 20, "000000010000001600000B37")]
    [InlineData(10, "16/B374D848", 1 << 30, "0000000A0000001600000002")]
    public void Position_is_in_the_segment_that_PostgreSQL_names(uint timeline, string position, long size, string name)
    {
        var segment = WalSegment.Of(timeline, WalPosition.Parse(position), size);

        Assert.Equal(name, segment.Name);
        Assert.InRange(WalPosition.Parse(position).Value, segment.Start.Value, segment.End.Value - 1);
        Assert.True(WalSegment.TryParse(name, size, out var read));
        Assert.Equal(segment, read);
    }

    [Theory]
    [InlineData("00000002.history")]
    [InlineData("000000010000000000000003.partial")]
    [InlineData("00000001000000000000010000")]
    [InlineData("000000010000000000000100")]
    [InlineData("000000000000000000000003")]
    [InlineData("0000000100000000000000G3")]
    public void Other_names_are_no_segments_of_16_MiB(string name) => Assert.False(WalSegment.TryParse(name, Usual, out _));

    [Fact]
    public void The_next_one_begins_where_one_ends() => Gen.Select(Gen.UInt[1, 1000], Gen.ULong[0, 1UL << 60], Gen.Int[20, 30]).Sample((timeline, position, bits) =>
    {
        var segment = WalSegment.Of(timeline, new(position), 1L << bits);

        Assert.Equal(segment.End, segment.Next.Start);
        Assert.True(WalSegment.TryParse(segment.Next.Name, segment.Size, out var next));
        Assert.Equal(segment.Next, next);
        Assert.True(string.CompareOrdinal(segment.Name, next.Name) < 0);
    });

    [Fact]
    public void A_newer_timeline_comes_after_an_older_one() =>
        Assert.True(new WalSegment(2, 3, Usual).CompareTo(new WalSegment(1, 9, Usual)) > 0);
}
