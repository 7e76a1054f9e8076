using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// A decision about nobody: at start, and to find out whether Redis decides again. One that only looked would call a replica healthy that takes
/// no writes.
/// </summary>
internal static class Probe
{
    private static readonly RateLimitPolicy Policy = new()
    {
        Name = "probe",
        Algorithm = RateLimitAlgorithm.Sliding,
        Quota = new(1_000_000, TimeSpan.FromSeconds(1)),
        Partitioner = Partitioner.Global,
    };

    public static DecisionQuestion Create(Partitions partitions, LimiterClock clock)
    {
        var use = new RateLimitUse(Policy, Policy.Quota, partitions.Find(Policy, "gateway"));
        return new([new DecisionItem(use, Policy.Cost, want: 0, debt: 0, mark: 0, refund: 0, runningId: null)], clock.Now);
    }
}
