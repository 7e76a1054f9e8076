using ProdReady.Gateway.RateLimiting.Deciding;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>
/// Makes one decision before the first request comes: connecting, loading the script and compiling the path to it take longer
/// than a decision may.
/// </summary>
internal sealed class RateLimitWarmUp(DecisionQueue queue, Partitions partitions, LimiterClock clock) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // If Redis is down, the circuit says so and the gateway starts all the same
    public Task StartAsync(CancellationToken cancellationToken) => queue.AskFirstAsync(Probe.Create(partitions, clock), Patience);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
