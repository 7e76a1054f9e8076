namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Exponential backoff with full jitter.</summary>
/// <remarks>
/// Full jitter, because what failed together would otherwise come back together:
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
/// </remarks>
internal static class RetryBackoff
{
    /// <summary>Anything from zero to <paramref name="first"/>, doubled with each attempt, at most <paramref name="longest"/>.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="first">The upper bound after the first attempt.</param>
    /// <param name="longest">The upper bound after any.</param>
    /// <param name="jitter">A random number from 0 to 1.</param>
    public static TimeSpan Delay(int attempt, TimeSpan first, TimeSpan longest, double jitter) =>
        TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 60))) * jitter);
}
