namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>Spaces the deliveries of this process out: so many a second, one after the other.</summary>
internal sealed class RateGate(double? rate, TimeProvider time)
{
    /// <summary>What may be caught up with, since timers are late: a tenth of a second's deliveries.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _interval = rate is { } perSecond ? TimeSpan.FromSeconds(1 / perSecond) : TimeSpan.Zero;
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Waits for the next turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_interval == TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            var turn = _next > now - Slack ? _next : now - Slack;
            // The first one after a pause begins the spacing anew, unless the interval is shorter than the slack
            turn = _interval > Slack && turn < now ? now : turn;
            _next = turn + _interval;
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
