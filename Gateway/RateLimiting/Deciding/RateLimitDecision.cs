using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>One policy's share in a request.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Quota">What it grants this partition.</param>
/// <param name="Partition">Whose count it is.</param>
internal readonly record struct RateLimitUse(RateLimitPolicy Policy, Quota Quota, Partition Partition);

/// <summary>What one policy says about a request.</summary>
/// <param name="Outcome">Whether it lets the request pass, and who decided that.</param>
/// <param name="Left">How many more requests would pass now; <see langword="null"/> where nobody knows.</param>
/// <param name="Reset">In microseconds: until more would pass, or until this request would have passed.</param>
internal readonly record struct RateLimitVerdict(RateLimitOutcome Outcome, int? Left, long Reset);

/// <summary>What all policies of a request say about it.</summary>
internal sealed class RateLimitDecision(RateLimitUse[] uses, RateLimitVerdict[] verdicts, bool isAdmitted, string? runningId = null)
{
    public static readonly RateLimitDecision Unlimited = new([], [], isAdmitted: true);

    public RateLimitUse[] Uses { get; } = uses;

    public RateLimitVerdict[] Verdicts { get; } = verdicts;

    public bool IsAdmitted { get; } = isAdmitted;

    /// <summary>The request's name among those under way, if one of its policies counts these.</summary>
    public string? RunningId { get; } = runningId;

    /// <summary>The policies that refused it.</summary>
    public IEnumerable<int> Violated(RateLimitOutcome outcome)
    {
        for (var index = 0; index < Verdicts.Length; index++)
        {
            if (Verdicts[index].Outcome == outcome)
            {
                yield return index;
            }
        }
    }
}

internal enum RateLimitOutcome
{
    /// <summary>It passes, and is counted.</summary>
    Allowed,

    /// <summary>The limit is used up.</summary>
    Limited,

    /// <summary>The limit is used up, but the policy only watches.</summary>
    ShadowLimited,

    /// <summary>Redis is away: it passes uncounted.</summary>
    FailedOpen,

    /// <summary>Redis is away: it passes, and this gateway counts it.</summary>
    FailedLocal,

    /// <summary>Redis is away: it is refused.</summary>
    FailedClosed,
}
