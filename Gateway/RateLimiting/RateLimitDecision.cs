namespace ProdReady.Gateway.RateLimiting;

/// <summary>What a policy says about one request.</summary>
/// <param name="Outcome">Whether it may pass, and whether that was decided at all.</param>
/// <param name="Remaining">How many more requests would pass now.</param>
/// <param name="Reset">When the next one that is used up comes back.</param>
internal readonly record struct RateLimitDecision(RateLimitOutcome Outcome, int Remaining, TimeSpan Reset)
{
    /// <summary>Nobody could be asked: the request passes uncounted.</summary>
    public static readonly RateLimitDecision Unavailable = new(RateLimitOutcome.FailedOpen, 0, TimeSpan.Zero);
}

internal enum RateLimitOutcome
{
    Allowed,
    Limited,
    FailedOpen,
}
