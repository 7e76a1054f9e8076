using System.Runtime.CompilerServices;
using ProdReady.BackupWorker.Tests.Archives;

namespace ProdReady.BackupWorker.Tests;

/// <summary>Alone, as other tests' archives take arrays, too.</summary>
[Collection(nameof(BoundedMemoryTests))]
public sealed class LargeArraysTests
{
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

    [Fact]
    public void A_block_leaves_what_fits_the_next_one_compressed_or_not()
    {
        var held = LargeArrays.Rent(1);
        var block = LargeArrays.Rent(1024 * 1024);
        LargeArrays.Return(block);

        var small = LargeArrays.Rent(200_000);

        Assert.Same(block, small);
        LargeArrays.Return(small);
        LargeArrays.Return(held);
    }

    [Fact]
    public void What_nobody_has_is_given_back_and_nothing_while_somebody_has_one()
    {
        var held = LargeArrays.Rent(Size);
        var idle = Idle();

        LargeArrays.GiveBack();
        GC.Collect();
        Assert.True(idle.IsAlive);

        LargeArrays.Return(held);
        LargeArrays.GiveBack();
        Assert.False(idle.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Idle()
    {
        var array = LargeArrays.Rent(Size);
        LargeArrays.Return(array);
        return new(array);
    }
}
