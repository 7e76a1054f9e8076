namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>Microseconds on a clock that never goes back.</summary>
internal sealed class LimiterClock(TimeProvider time)
{
    private readonly double _microseconds = 1_000_000.0 / time.TimestampFrequency;

    public long Now => (long)(time.GetTimestamp() * _microseconds);
}
