using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Damage, by accident: the manifest is right and the file is not.</summary>
public sealed class DamagedArchiveTests
{
    [Theory]
    [InlineData("zstd", true)]
    [InlineData("zstd", false)]
    [InlineData("gzip", false)]
    [InlineData("none", false)]
    public async Task Any_changed_byte_is_found(string compression, bool encrypted)
    {
        using var codec = TestArchives.Codec(encrypted ? TestArchives.First : null, compression, TestArchives.Small);
        var (bytes, facts) = await codec.WriteAsync(TestArchives.Content(450));
        for (var position = 0; position < bytes.Length; position++)
        {
            foreach (var bits in new byte[] { 0x01, 0x80, 0xFF })
            {
                var changed = bytes.ToArray();
                changed[position] ^= bits;
                await codec.RefusedAsync(changed, facts);
            }
        }
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip")]
    [InlineData("none")]
    public async Task Any_missing_end_and_anything_behind_it_is_found(string compression)
    {
        using var codec = TestArchives.Codec(null, compression, TestArchives.Small);
        var (bytes, facts) = await codec.WriteAsync(TestArchives.Content(450));
        for (var size = 0; size < bytes.Length; size++)
        {
            await codec.RefusedAsync(bytes[..size], facts);
        }

        await codec.RefusedAsync([.. bytes, 0], facts);
        await codec.RefusedAsync([.. bytes, .. bytes], facts);
    }

    [Fact]
    public async Task A_missing_frame_is_found_by_the_contents_size()
    {
        using var codec = TestArchives.Codec(null, layout: TestArchives.Small);
        var (bytes, facts) = await codec.WriteAsync(TestArchives.Content(200));
        var (shorter, _) = await codec.WriteAsync(TestArchives.Content(100));
        Assert.True(bytes.AsSpan().StartsWith(shorter));

        var less = await codec.RefusedAsync(shorter, facts.Forged(shorter));
        var more = await codec.RefusedAsync(bytes, facts with { ContentSize = 100 });

        Assert.Equal($"{TestArchives.File} is damaged: it has 100 bytes of content, and its manifest says 200.", less.Message);
        Assert.Equal($"{TestArchives.File} is damaged: it has more than the 100 bytes of content that its manifest says.", more.Message);
    }

    [Theory]
    [InlineData("28B52FFDA0FFFFFFFF010000", "there is a zstd frame that is larger than any that is written")]
    [InlineData("28B52FFDE000000080000000000100", "there is a zstd frame that is larger than any that is written")]
    [InlineData("28B52FFD0098010000", "there is a zstd frame of a kind that is never written")]
    [InlineData("28B52FFD21000000", "there is a zstd frame of a kind that is never written")]
    [InlineData("28B52FFD2000070000", "there is a zstd frame of a kind that is never written")]
    [InlineData("502A4D180400000061626364", "there is something that is no zstd frame")]
    [InlineData("28B52FFD", "there is something that is no zstd frame")]
    [InlineData("28B52FFD2002110000", "it ends within a zstd frame")]
    [InlineData("28B52FFD2002090000FF", "a zstd frame holds less than it says")]
    public async Task A_hostile_frame_allocates_nothing(string hex, string problem)
    {
        var frame = Convert.FromHexString(hex);
        using var codec = TestArchives.Codec();
        var facts = new ArchiveFacts(0, "", long.MaxValue, ArchiveCompression.Zstd, null).Forged(frame);

        var refused = await codec.RefusedAsync(frame, facts);

        Assert.StartsWith($"{TestArchives.File} is damaged: ", refused.Message, StringComparison.Ordinal);
        if (!problem.StartsWith("a zstd", StringComparison.Ordinal))
        {
            Assert.Equal($"{TestArchives.File} is damaged: {problem}.", refused.Message);
        }
    }

    [Fact]
    public async Task A_frame_without_an_end_stops_at_the_largest_size()
    {
        // Raw blocks of no bytes, none of them the last
        byte[] endless = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, .. new byte[9 * 1024 * 1024]];
        using var codec = TestArchives.Codec();
        var facts = new ArchiveFacts(0, "", 10, ArchiveCompression.Zstd, null).Forged(endless);

        var refused = await codec.RefusedAsync(endless, facts);

        Assert.Equal($"{TestArchives.File} is damaged: there is a zstd frame that is larger than any that is written.", refused.Message);
    }
}
