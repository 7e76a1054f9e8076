using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>
/// Redis' clock has been put back by an hour: what is counted is ahead of it. It counts as if it had just come, for a window, and neither for an
/// hour nor not at all.
/// </summary>
public sealed class ClockTests(DataStores stores) : ThreeGateways(stores)
{
    private static readonly long Ahead = (long)TimeSpan.FromHours(1).TotalMicroseconds;

    [Fact]
    public Task Sliding() => PutBackAsync(RateLimitAlgorithm.Sliding, (redis, key, now) => redis.HashSetAsync(
        key, [new("n", 2), new("o", now + Ahead), new("h", now + Ahead), new("g", 1), new(now + Ahead, 2)]));

    [Fact]
    public Task Fixed() => PutBackAsync(RateLimitAlgorithm.Fixed, (redis, key, now) => redis.StringSetAsync(
        key, $"{(now / 1_000_000 * 1_000_000) + Ahead} 2"));

    [Fact]
    public Task TokenBucket() => PutBackAsync(RateLimitAlgorithm.TokenBucket, (redis, key, now) => redis.StringSetAsync(
        key, $"2.000000000 {now + Ahead}"));

    [Fact]
    public Task Concurrency() => PutBackAsync(RateLimitAlgorithm.Concurrency, (redis, key, now) => redis.SortedSetAddAsync(
        key, [new("one", now + Ahead), new("two", now + Ahead)]));

    private async Task PutBackAsync(RateLimitAlgorithm algorithm, Func<IDatabase, string, long, Task> countAsync)
    {
        var policy = APolicy.Of(algorithm, limit: 2, seconds: 1);
        var client = Guid.NewGuid().ToString("N");
        await countAsync(
            Nodes[0].Get<IConnectionMultiplexer>().GetDatabase(),
            Nodes[0].Get<Partitions>().Get(policy, client).Key!,
            (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

        var first = await Nodes[0].DecideAsync(policy, client);
        Assert.Equal(RateLimitOutcome.Limited, first.Outcome);
        Assert.InRange(first.Reset, 0, 2_100_000);

        // The clock's drift that is taken for nothing, and a window
        await Spans.PassAsync(TimeSpan.FromSeconds(2.1));
        Assert.Equal(RateLimitOutcome.Allowed, (await Nodes[1].DecideAsync(policy, client)).Outcome);
    }
}
