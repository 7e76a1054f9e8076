using CsCheck;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

public sealed class MergedRowsTests(DataStores stores)
{
    private const int LongestBlock = 64 * 1024;

    /// <summary>Rows, most of them short, some longer than a block, and a few longer than all that is held back.</summary>
    private static readonly Gen<byte[]> Row = Gen.OneOf(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[1, 200_000]).Select(Bytes);

    [Fact]
    public async Task What_an_archive_holds_stays_in_blocks_that_are_full_whatever_the_pieces_it_comes_in() => await Gen.Select(
        Gen.Byte[14, 16], Row.Array[0, 30].Array[0, 5], Row.Array[0, 5].Array[0, 4], Gen.Int[1, 200_000].Array[1, 10])
        .SampleAsync(async (minor, tables, objects, pieces) =>
        {
            var archive = TestArchive.Write(minor, tables, objects);
            var headSize = archive.Length - Body(tables) - Body(objects) - (6 * (tables.Length + 2)) - (5 * (objects.Length + 2));

            var merged = await MergeAsync(archive, pieces);

            Assert.Equal(archive[..headSize], merged[..headSize]);
            var contents = TestArchive.Read(merged, tables.Length, objects.Length, headSize);
            foreach (var (rows, (content, blocks)) in objects[..(objects.Length / 2)].Concat(tables).Concat(objects[(objects.Length / 2)..]).Zip(contents))
            {
                Assert.Equal(rows.SelectMany(row => row), content);
                Assert.All(blocks, length => Assert.InRange(length, 1, LongestBlock));
                // Each block but the last is full, or ends with what is held back
                Assert.InRange(blocks.Count(length => length < LongestBlock), 0, 2 + (content.Length / 500_000));
            }
        }, iter: 50);

    [Theory]
    [InlineData(14, 6)]
    [InlineData(15, 1)]
    [InlineData(16, 2)]
    [InlineData(13, 0)]
    [InlineData(17, 0)]
    public async Task What_is_compressed_or_of_another_version_passes_as_it_is(byte minor, int compression)
    {
        var archive = TestArchive.Write(minor, [[Bytes(10), Bytes(20)]], [], compression);

        Assert.Equal(archive, await MergeAsync(archive, [7, 1000]));
    }

    [Fact]
    public async Task What_is_no_archive_passes_as_it_is() => await Gen.Select(Gen.Byte.Array[0, 3_000], Gen.Int[0, 400], Gen.Int[1, 500].Array[1, 5])
        .SampleAsync(async (noise, cut, pieces) =>
        {
            var start = TestArchive.Write(16, [], []);
            Assert.Equal(noise, await MergeAsync(noise, pieces));
            // One that breaks off among what stands between rows loses at most the mark that it breaks off in
            var broken = start[..Math.Min(cut, start.Length)];
            var merged = await MergeAsync(broken, pieces);
            Assert.InRange(merged.Length, Math.Max(0, broken.Length - 4), broken.Length);
            Assert.Equal(broken[..merged.Length], merged);
        }, iter: 300);

    [Fact]
    public async Task A_kind_of_block_that_nobody_knows_and_what_follows_pass_as_they_are()
    {
        var archive = TestArchive.Write(16, [[Bytes(10), Bytes(20)]], []);
        byte[] unknown = [.. archive[..^11], 7, .. Bytes(5_000)];

        var merged = await MergeAsync(unknown, [100]);

        Assert.Equal(unknown[^5_001..], merged[^5_001..]);
        Assert.Equal(unknown.Length - 5, merged.Length);
    }

    [Fact]
    public async Task Pg_restore_reads_the_same_out_of_what_pg_dump_wrote()
    {
        var run = new ArchiveRun(stores);
        var archive = (await run.DumpSampleAsync(["--compress=0"])).Single();

        var merged = await MergeAsync(archive, [1000, 70_000]);

        Assert.InRange(merged.Length, archive.Length / 2, archive.Length - (5 * 1000));
        Assert.Equal(await run.ScriptAsync(archive), await run.ScriptAsync(merged));
    }

    private static int Body(byte[][][] contents) => contents.Sum(content => 5 + content.Sum(row => 5 + row.Length));

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static Task<byte[]> MergeAsync(byte[] archive, int[] pieces) => ArchiveRun.PassAsync(archive, pieces, output => new MergedRows(output));
}
