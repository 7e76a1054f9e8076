namespace ProdReady.BackupWorker;

/// <summary>
/// Lends large arrays: as many as are in use at a time, and the same ones to whatever a run does next. The pool that all share would keep some of each
/// power of two for each thread that ever gave one back, which is more memory than the work takes. Once nobody has had one for a while, the system gets their memory back.
/// </summary>
internal static class LargeArrays
{
    /// <summary>
    /// Lengths are multiples of it, so that what one step of a run leaves fits the next one: a block of an archive fits, compressed by zstd or not, and what an upload is held in.
    /// </summary>
    private const int Step = (1024 + 8) * 1024;

    /// <summary>Longer than from one step of a run to the next.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly Lock Changing = new();
    private static readonly Timer Idle = new(_ => GiveBack());
    private static Dictionary<int, Stack<byte[]>> _free = [];
    private static int _lent;

    /// <summary>Lends one.</summary>
    /// <param name="size">How long it is at least.</param>
    public static byte[] Rent(int size)
    {
        var length = (int)Math.Min(Array.MaxLength, (size + Step - 1L) / Step * Step);
        lock (Changing)
        {
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
            if (!_free.TryGetValue(array.Length, out var arrays))
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

    /// <summary>Gives all that is not lent back to the system, if nothing is.</summary>
    internal static void GiveBack()
    {
        lock (Changing)
        {
            if (_lent > 0)
            {
                return;
            }

            _free = [];
        }

        // The next run may be a day away, and nothing else in this process makes the collector look at large arrays
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private static void EndOne()
    {
        _lent--;
        if (_lent == 0)
        {
            Idle.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }
}
