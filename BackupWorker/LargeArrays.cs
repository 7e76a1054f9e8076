namespace ProdReady.BackupWorker;

/// <summary>
/// Lends large arrays: as many as are in use at a time, of the size that is wanted. The pool that all share would keep some of each power of two for each thread
/// that ever gave one back, which is more memory than the work takes. While none is in use, the garbage collector may have all of them.
/// </summary>
internal static class LargeArrays
{
    /// <summary>Sizes are multiples of it, so that they are few.</summary>
    private const int Step = 64 * 1024;

    private static readonly Lock Changing = new();
    private static readonly WeakReference<Dictionary<int, Stack<byte[]>>> Idle = new([]);
    private static Dictionary<int, Stack<byte[]>>? _free;
    private static int _lent;

    /// <summary>Lends one.</summary>
    /// <param name="size">How long it is at least.</param>
    public static byte[] Rent(int size)
    {
        var length = (int)Math.Min(Array.MaxLength, (size + Step - 1L) / Step * Step);
        lock (Changing)
        {
            _free ??= Idle.TryGetTarget(out var idle) ? idle : [];
            _lent++;
            if (_free.TryGetValue(length, out var arrays) && arrays.TryPop(out var array))
            {
                return array;
            }
        }

        try
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }
        catch (OutOfMemoryException)
        {
            Forget();
            throw;
        }
    }

    /// <summary>Takes one back that nobody reads any more.</summary>
    public static void Return(byte[] array)
    {
        lock (Changing)
        {
            if (!_free!.TryGetValue(array.Length, out var arrays))
            {
                _free[array.Length] = arrays = new();
            }

            arrays.Push(array);
            EndOne();
        }
    }

    /// <summary>Leaves one to the garbage collector: somebody may still be reading it.</summary>
    public static void Forget()
    {
        lock (Changing)
        {
            EndOne();
        }
    }

    private static void EndOne()
    {
        _lent--;
        if (_lent == 0)
        {
            Idle.SetTarget(_free!);
            _free = null;
        }
    }
}
