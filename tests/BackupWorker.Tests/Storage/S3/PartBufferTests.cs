using System.Security.Cryptography;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>An array that is in use twice would be a backup of something else.</summary>
public sealed class PartBufferTests
{
    /// <summary>Nobody else's in these tests.</summary>
    private const int Size = 777 * 1024;

    [Fact]
    public void An_array_is_lent_again_once_it_is_back_and_never_to_two()
    {
        var held = LargeArrays.Rent(Size);
        var first = LargeArrays.Rent(Size);
        LargeArrays.Return(first);

        var again = LargeArrays.Rent(Size);
        Assert.Same(first, again);
        Assert.NotSame(held, again);
        // Somebody may still be reading it
        LargeArrays.Forget();
        var other = LargeArrays.Rent(Size);
        Assert.NotSame(again, other);
        Assert.True(other.Length >= Size);
        LargeArrays.Return(other);
        LargeArrays.Return(held);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_part_gives_its_array_back_once_and_only_if_it_arrived(bool arrived)
    {
        // So that arrays that are back are not left to the garbage collector
        var held = LargeArrays.Rent(Size);
        var content = RandomNumberGenerator.GetBytes(Size + 1);
        var part = new PartBuffer(Size);
        Assert.Equal(1000, part.Add(content.AsSpan(0, 1000)));
        Assert.Equal(Size - 1000, part.Add(content.AsSpan(1000)));
        Assert.True(part.IsFull);
        using var sent = part.Read();
        Assert.True(sent.ToArray().AsSpan().SequenceEqual(content.AsSpan(0, Size)));

        if (!arrived)
        {
            part.Abandon();
        }

        part.Dispose();
        part.Dispose();

        var (one, two) = (LargeArrays.Rent(Size), LargeArrays.Rent(Size));
        Assert.NotSame(one, two);
        one.AsSpan().Clear();
        two.AsSpan().Clear();
        Assert.Equal(!arrived, sent.ToArray().AsSpan().SequenceEqual(content.AsSpan(0, Size)));
        LargeArrays.Return(one);
        LargeArrays.Return(two);
        LargeArrays.Return(held);
    }
}
