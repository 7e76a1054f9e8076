namespace ProdReady.Webhooks.Delivery;

/// <summary>When a delivery is tried again.</summary>
internal static class RetryDelay
{
    private const double Jitter = 0.1;

    /// <summary>No receiver may put a delivery off for longer.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    /// <summary>The schedule's delay, 10 % more or less, or the one that the receiver asks for if that is longer.</summary>
    /// <param name="scheduled">The schedule's delay.</param>
    /// <param name="retryAfter">The receiver's <c>Retry-After</c>.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan After(TimeSpan scheduled, TimeSpan? retryAfter, double random)
    {
        var delay = scheduled * (1 - Jitter + (2 * Jitter * random));
        var asked = retryAfter is { } wanted && wanted < LongestRetryAfter ? wanted : retryAfter is null ? TimeSpan.Zero : LongestRetryAfter;
        return asked > delay ? asked : delay;
    }
}
