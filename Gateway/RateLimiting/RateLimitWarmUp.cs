using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>
/// Makes one decision before the first request comes: connecting, loading the script and compiling the path to it take longer
/// than a decision may.
/// </summary>
internal sealed class RateLimitWarmUp(DecisionQueue queue, Partitions partitions, LimiterClock clock) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly RateLimitPolicy Policy = new()
    {
        Name = "warm-up",
        Algorithm = RateLimitAlgorithm.Sliding,
        Quota = new(1, TimeSpan.FromSeconds(1)),
        Partitioner = Partitioner.Global,
    };

    // If Redis is down, the circuit says so and the gateway starts all the same
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var use = new RateLimitUse(Policy, Policy.Quota, partitions.Get(Policy, Guid.NewGuid().ToString("N")));
        var item = use.Partition.Ask(use, Policy.Cost, runningId: null, isRefill: false, clock.Now);
        return queue.AskFirstAsync(new DecisionQuestion([item], clock.Now), Patience);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
