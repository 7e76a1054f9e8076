namespace ProdReady.Gateway.RateLimiting;

/// <summary>
/// Makes one decision before the first request comes: connecting, loading the script and compiling the path to it take longer
/// than a decision may, and a cold gateway would let its first requests pass uncounted.
/// </summary>
internal sealed class RateLimitWarmUp(RedisRateLimiter limiter) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly RateLimitPolicy Policy = new() { Limit = 1, Window = TimeSpan.FromSeconds(1) };

    // If Redis is down, the limiter says so and the gateway starts all the same
    public Task StartAsync(CancellationToken cancellationToken) =>
        limiter.DecideAsync("warm-up", Policy, Guid.NewGuid().ToString("N"), Patience);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
