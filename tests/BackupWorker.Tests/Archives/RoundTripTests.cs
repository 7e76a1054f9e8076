using System.Security.Cryptography;
using CsCheck;
using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.Tests.Archives;

public sealed class RoundTripTests
{
    // Of blocks, and of the encryption's segments
    private static readonly int[] Borders = [0, 64, 100, 168, 200, 272, 300, 1000];
    private static readonly Gen<int> AroundBorders = Gen.Select(
        Gen.Int[0, Borders.Length - 1], Gen.Int[-2, 2], (border, near) => Math.Max(0, Borders[border] + near));

    [Theory]
    [InlineData("zstd", false)]
    [InlineData("zstd", true)]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("none", false)]
    [InlineData("none", true)]
    public async Task Content_of_any_size_comes_back(string compression, bool encrypted)
    {
        using var codec = TestArchives.Codec(encrypted ? TestArchives.First : null, compression, TestArchives.Small);
        await Gen.Select(Gen.OneOf(AroundBorders, Gen.Int[0, 3000]), Gen.Int[0, 1000]).SampleAsync(async (size, seed) =>
        {
            var content = TestArchives.Content(size, seed);

            var (bytes, facts) = await codec.WriteAsync(content);

            Assert.Equal(content, await codec.ReadAsync(bytes, facts));
            Assert.Equal(bytes.Length, facts.Size);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), facts.Sha256);
            Assert.Equal(size, facts.ContentSize);
            Assert.Equal(encrypted ? "2026-10" : null, facts.KeyId);
        }, iter: 60, threads: 1);
    }

    [Theory]
    [InlineData("zstd", 0)]
    [InlineData("zstd", -1)]
    [InlineData("zstd", 1)]
    [InlineData("gzip", 1)]
    [InlineData("none", 0)]
    public async Task Real_blocks_and_segments_come_back(string compression, int beyond)
    {
        using var codec = TestArchives.Codec(TestArchives.First, compression);
        var content = TestArchives.Content((5 * ArchiveLayout.Default.BlockSize) + beyond);

        var (bytes, facts) = await codec.WriteAsync(content);

        Assert.Equal(content, await codec.ReadAsync(bytes, facts));
    }

    [Fact]
    public async Task Encrypted_bytes_show_nothing_of_the_content()
    {
        using var codec = TestArchives.Codec(TestArchives.First, "none");
        var content = TestArchives.Content(3000);

        var (bytes, _) = await codec.WriteAsync(content);

        Assert.Equal(-1, bytes.AsSpan().IndexOf(content.AsSpan(0, 16)));
        Assert.NotEqual(bytes, (await codec.WriteAsync(content)).Bytes);
    }

    [Fact]
    public async Task Progress_ends_at_the_contents_size()
    {
        using var codec = TestArchives.Codec(null, layout: TestArchives.Small);
        var (written, read) = (new Told(), new Told());
        using var stored = new MemoryStream();
        var facts = await codec.WriteAsync("a", new MemoryStream(TestArchives.Content(950)), stored, written, TestContext.Current.CancellationToken);
        stored.Position = 0;
        await codec.ReadAsync("a", facts, stored, Stream.Null, read, TestContext.Current.CancellationToken);

        Assert.Equal([100, 200, 300, 400, 500, 600, 700, 800, 900, 950], written.Values);
        Assert.Equal(written.Values, read.Values);
    }

    [Fact]
    public void Names_tell_how_a_file_is_encoded()
    {
        Assert.Equal(".zst.enc", TestArchives.Codec(TestArchives.First).Suffix);
        Assert.Equal(".gz", TestArchives.Codec(null, "gzip").Suffix);
        Assert.Equal("", TestArchives.Codec(null, "none").Suffix);
    }

    private sealed class Told : IProgress<long>
    {
        public List<long> Values { get; } = [];

        public void Report(long value) => Values.Add(value);
    }
}
