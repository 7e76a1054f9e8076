namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// Open while Redis does not answer the limiter: decisions then wait for nothing, and only probes ask. The first failure opens it, since
/// whoever comes next would wait just as long; the first answer closes it.
/// </summary>
internal sealed partial class RedisCircuit(RateLimitMetrics metrics, ILogger<RedisCircuit> logger)
{
    private int _isOpen;

    public bool IsOpen => Volatile.Read(ref _isOpen) == 1;

    /// <summary>Whether this failure is the one that opened it, so that somebody has to begin to probe.</summary>
    public bool TryOpen(string reason)
    {
        if (Interlocked.Exchange(ref _isOpen, 1) == 1)
        {
            return false;
        }

        // One line when it goes and one when it comes back; a line a request would bury everything else
        metrics.CircuitIsOpen(true);
        Log.Opened(logger, reason);
        return true;
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _isOpen, 0) == 1)
        {
            metrics.CircuitIsOpen(false);
            Log.Closed(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Redis does not answer the rate limiter; until it does, each policy's failure mode holds: {Reason}")]
        public static partial void Opened(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "Redis answers the rate limiter again")]
        public static partial void Closed(ILogger logger);
    }
}
