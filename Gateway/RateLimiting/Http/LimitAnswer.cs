using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Http;

/// <summary>Where a partition of a policy stands.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Partition">Whose count it is.</param>
/// <param name="Limit">Requests in a window, or at a time.</param>
/// <param name="WindowSeconds">The window; not of a limit of requests at a time.</param>
/// <param name="Used">How many count now, permits on loan to gateways included.</param>
/// <param name="Remaining">How many more would pass.</param>
/// <param name="ResetSeconds">In how many seconds more will pass; 0 where nothing counts.</param>
internal sealed record LimitAnswer(
    string Policy, string Partition, int Limit, long? WindowSeconds, int Used, int Remaining, long ResetSeconds)
{
    public static LimitAnswer Of(RateLimitPolicy policy, Quota quota, string partition, DecisionAnswer answer) => new(
        policy.Name,
        partition,
        quota.Limit,
        policy.Algorithm == RateLimitAlgorithm.Concurrency ? null : (long)quota.Window.TotalSeconds,
        quota.Limit - answer.Left,
        answer.Left,
        answer.Left == quota.Limit ? 0 : RateLimitHeaders.Seconds(answer.Reset));
}

/// <summary>Where a caller stands.</summary>
internal sealed record UsageAnswer(IReadOnlyList<LimitAnswer> Limits);
