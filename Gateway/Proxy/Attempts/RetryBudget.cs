namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>
/// How many requests of one cluster may be repeated: a share of those of the last ten seconds, and a few besides. Without it, an
/// upstream that is overloaded would get three times the load.
/// </summary>
internal sealed class RetryBudget(TimeProvider time)
{
    /// <summary>The window's length in seconds, and of the ring.</summary>
    public const int Seconds = 10;

    private readonly Lock _lock = new();
    private readonly long[] _requests = new long[Seconds];
    private readonly long[] _retries = new long[Seconds];
    private readonly long _start = time.GetTimestamp();
    private long _second;

    public void CountRequest() => Interlocked.Increment(ref _requests[Bucket()]);

    /// <summary>Takes a retry from the budget.</summary>
    /// <returns><see langword="false"/> if it is used up.</returns>
    public bool TryTake(RetryOptions options)
    {
        var bucket = Bucket();
        lock (_lock)
        {
            var (requests, retries) = (0L, 0L);
            for (var index = 0; index < Seconds; index++)
            {
                requests += Volatile.Read(ref _requests[index]);
                retries += _retries[index];
            }

            if (retries + 1 > (requests * options.BudgetRatio) + (options.MinPerSecond * Seconds))
            {
                return false;
            }

            _retries[bucket]++;
            return true;
        }
    }

    private int Bucket()
    {
        var second = (long)time.GetElapsedTime(_start).TotalSeconds;
        if (second != Volatile.Read(ref _second))
        {
            Advance(second);
        }

        return (int)(second % Seconds);
    }

    private void Advance(long second)
    {
        lock (_lock)
        {
            for (var passed = Math.Max(_second + 1, second - Seconds + 1); passed <= second; passed++)
            {
                _requests[passed % Seconds] = 0;
                _retries[passed % Seconds] = 0;
            }

            _second = Math.Max(_second, second);
        }
    }
}
