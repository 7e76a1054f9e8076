using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Local;

/// <summary>One window after the other. They begin with this process' clock, since Redis' is away.</summary>
internal sealed class FixedCounter(Quota quota) : LocalCounter
{
    private long _window;
    private int _count;

    public override int Left(long now)
    {
        Turn(now);
        return quota.Limit - _count;
    }

    public override void Take(int amount, long now)
    {
        Turn(now);
        _count += amount;
    }

    public override long Reset(int amount, long now) => ((now / quota.WindowMicroseconds) + 1) * quota.WindowMicroseconds - now;

    private void Turn(long now)
    {
        if (now / quota.WindowMicroseconds is var window && window != _window)
        {
            (_window, _count) = (window, 0);
        }
    }
}
