using System.IO.Hashing;
using System.Security.Cryptography;
using ProdReady.BackupWorker.Storage.S3;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>An array that is in use twice would be a backup of something else. Alone, as other tests' archives take arrays, too.</summary>
[Collection(nameof(BoundedMemoryTests))]
public sealed class PartBufferTests
{
    private const int Size = (5 * PartStream.Piece / 2) + 1;
    private const int Pieces = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_part_gives_its_arrays_back_once_and_only_if_it_arrived(bool arrived)
    {
        // So that what is back is not given back to the system
        var held = LargeArrays.Rent(1);
        var content = RandomNumberGenerator.GetBytes(Size + 1);
        var part = new PartBuffer(Size);
        Assert.Equal(1000, part.Add(content.AsSpan(0, 1000)));
        Assert.False(part.IsFull);
        Assert.Equal(Size - 1000, part.Add(content.AsSpan(1000)));
        Assert.True(part.IsFull);
        Assert.Equal(Size, part.Count);
        using var sent = part.Read();
        Assert.True(Read(sent).SequenceEqual(content.AsSpan(0, Size)));

        if (!arrived)
        {
            part.Abandon();
        }

        part.Dispose();
        part.Dispose();

        var arrays = Enumerable.Range(0, 2 * Pieces).Select(_ => LargeArrays.Rent(PartStream.Piece)).ToList();
        Assert.Distinct(arrays);
        arrays.ForEach(array => array.AsSpan().Clear());
        Assert.Equal(!arrived, Read(sent).SequenceEqual(content.AsSpan(0, Size)));
        arrays.ForEach(LargeArrays.Return);
        LargeArrays.Return(held);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(PartStream.Piece)]
    [InlineData(Size)]
    public void A_part_holds_what_it_was_given_by_whatever_pieces(int count)
    {
        var content = RandomNumberGenerator.GetBytes(count);
        using var part = new PartBuffer(Size);

        for (var position = 0; position < count;)
        {
            position += part.Add(content.AsSpan(position, Math.Min(300_001, count - position)));
        }

        using var sent = part.Read();
        Assert.True(Read(sent).SequenceEqual(content));
        var hash = Crc32.Hash(content);
        Array.Reverse(hash);
        Assert.Equal(Convert.ToBase64String(hash), part.Crc32());
    }

    private static byte[] Read(PartStream stream)
    {
        stream.Position = 0;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
