using CsCheck;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class PartStreamTests
{
    private static readonly Gen<int> Length = Gen.OneOf(Gen.Const(0), Gen.Int[1, 1000], Gen.Const(PartStream.Piece), Gen.Int[1, (2 * PartStream.Piece) + 1000]);

    [Fact]
    public void It_reads_as_an_array_does_from_wherever() => Gen.Select(Length, Gen.Double.Unit.Select(Gen.Int[0, PartStream.Piece + 1]).Array[1, 20]).Sample((length, reads) =>
    {
        var (content, stream) = Make(length);
        foreach (var (share, count) in reads)
        {
            var position = (int)(share * length);
            stream.Position = position;
            var buffer = new byte[count];
            var read = stream.Read(buffer);
            if (read > count || (read == 0) != (count == 0 || position == length) || stream.Position != position + read
                || !buffer.AsSpan(0, read).SequenceEqual(content.AsSpan(position, read)))
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public async Task What_is_left_of_it_is_copied() => await Gen.Select(Length, Gen.Double.Unit).SampleAsync(async (length, share) =>
    {
        var (content, stream) = Make(length);
        var position = (int)(share * length);
        stream.Seek(position - length, SeekOrigin.End);
        var copy = new MemoryStream();

        await stream.CopyToAsync(copy);

        return copy.ToArray().AsSpan().SequenceEqual(content.AsSpan(position)) && stream.Position == length;
    });

    [Fact]
    public void It_has_no_place_before_its_start_or_behind_its_end()
    {
        var (_, stream) = Make(10);
        stream.Position = 4;

        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Seek(-5, SeekOrigin.Current));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Seek(1, SeekOrigin.End));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = 11);

        Assert.Equal(4, stream.Position);
        Assert.Equal(6, stream.Seek(2, SeekOrigin.Current));
    }

    private static (byte[] Content, PartStream Stream) Make(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return (content, new([.. content.Chunk(PartStream.Piece)], length));
    }
}
