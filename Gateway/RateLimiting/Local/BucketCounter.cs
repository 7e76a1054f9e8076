using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Local;

/// <summary>A bucket of the limit's size that fills evenly, once in a window.</summary>
internal sealed class BucketCounter(Quota quota) : LocalCounter
{
    /// <summary>A request that is short of less than this fits: numbers have their rounding.</summary>
    private const double Grain = 0.000001;

    private readonly double _interval = (double)quota.WindowMicroseconds / quota.Limit;
    private double _used;
    private long _at;

    public override int Left(long now) => (int)Math.Floor(quota.Limit - Used(now) + Grain);

    public override void Take(int amount, long now) => (_used, _at) = (Used(now) + amount, now);

    public override long Reset(int amount, long now)
    {
        var left = Left(now);
        var wanted = amount > left ? amount : Math.Min(left + 1, quota.Limit);
        return Math.Max(0, (long)Math.Ceiling((wanted + Used(now) - quota.Limit) * _interval));
    }

    private double Used(long now) => Math.Max(0, _used - (Math.Max(0, now - _at) / _interval));
}
