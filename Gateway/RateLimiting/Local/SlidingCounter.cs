using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Local;

/// <summary>As the script counts: by the microsecond, or in parts of a window where the limit is high.</summary>
internal sealed class SlidingCounter(Quota quota) : LocalCounter
{
    private const int Parts = 1024;

    private readonly long _part = quota.Limit > Parts ? Math.Max(1, quota.WindowMicroseconds / Parts) : 1;
    private readonly Queue<(long Part, int Count)> _parts = new();
    private (long Part, int Count) _newest;
    private int _count;

    public override int Left(long now)
    {
        Forget(now);
        return quota.Limit - _count;
    }

    public override void Take(int amount, long now)
    {
        var part = now / _part;
        if (_newest.Count > 0 && _newest.Part != part)
        {
            _parts.Enqueue(_newest);
            _newest = default;
        }

        _newest = (part, _newest.Count + amount);
        _count += amount;
    }

    public override long Reset(int amount, long now)
    {
        Forget(now);
        if (_count == 0)
        {
            return 0;
        }

        var missing = Math.Max(1, _count + amount - quota.Limit);
        foreach (var (part, count) in _parts)
        {
            missing -= count;
            if (missing <= 0)
            {
                return Leaving(part) - now;
            }
        }

        return Leaving(_newest.Part) - now;
    }

    private void Forget(long now)
    {
        while (_parts.TryPeek(out var oldest) && Leaving(oldest.Part) <= now)
        {
            _count -= _parts.Dequeue().Count;
        }

        if (_newest.Count > 0 && Leaving(_newest.Part) <= now)
        {
            _count -= _newest.Count;
            _newest = default;
        }
    }

    private long Leaving(long part) => ((part + 1) * _part) - 1 + quota.WindowMicroseconds;
}
