using CsCheck;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>The other algorithms against their models, with random arrivals at three gateways.</summary>
public sealed class AlgorithmTests(DataStores stores) : ThreeGateways(stores)
{
    private const long Grain = 3_000;

    /// <summary>A count whose key went earlier would be forgotten while it still holds.</summary>
    [Theory]
    [InlineData(nameof(RateLimitAlgorithm.Sliding), 5)]
    [InlineData(nameof(RateLimitAlgorithm.Sliding), 100_000)]
    [InlineData(nameof(RateLimitAlgorithm.TokenBucket), 5)]
    [InlineData(nameof(RateLimitAlgorithm.Concurrency), 5)]
    public async Task A_key_lives_for_a_whole_window_from_its_last_request_on(string algorithm, int limit)
    {
        var policy = APolicy.Of(Enum.Parse<RateLimitAlgorithm>(algorithm), limit, seconds: 600);
        var key = Nodes[0].Get<Partitions>().Get(policy, "client").Key;
        await Nodes[0].DecideAsync(policy, "client");
        await Spans.PassAsync(TimeSpan.FromSeconds(1.5));

        await Nodes[0].DecideAsync(policy, "client");

        var left = await Nodes[0].Get<IConnectionMultiplexer>().GetDatabase().KeyTimeToLiveAsync(key);
        Assert.InRange(left!.Value, TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(605));
    }

    [Fact]
    public Task A_fixed_window_admits_the_limit_in_each_window_of_the_clock() => Gen
        .Select(Gen.Int[1, 5], Gen.Int[0, 150].Array[1, 20])
        .SampleAsync(
            async (limit, pauses) =>
            {
                var policy = APolicy.Of(RateLimitAlgorithm.Fixed, limit, seconds: 1);
                var client = Guid.NewGuid().ToString("N");
                var counts = new Dictionary<long, int>();
                foreach (var pause in pauses)
                {
                    await Spans.PassAsync(TimeSpan.FromMilliseconds(pause));
                    // The server runs on this machine, by the same clock
                    var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                    var verdict = await Nodes[pause % 3].DecideAsync(policy, client);
                    var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                    var window = before / 1000;
                    if (window == after / 1000)
                    {
                        Assert.Equal(counts.GetValueOrDefault(window) < limit, verdict.Outcome == RateLimitOutcome.Allowed);
                    }
                    else if (verdict.Outcome == RateLimitOutcome.Allowed && counts.GetValueOrDefault(window) >= limit)
                    {
                        window++;
                    }
                    else
                    {
                        // In which of the two it was decided cannot be told: what follows has no model
                        return;
                    }

                    if (verdict.Outcome == RateLimitOutcome.Allowed)
                    {
                        counts[window] = counts.GetValueOrDefault(window) + 1;
                        Assert.Equal(limit - counts[window], verdict.Left);
                    }

                    Assert.InRange(verdict.Reset, 0, 1_000_000);
                }
            },
            iter: 32,
            threads: 8);

    [Fact]
    public Task A_token_bucket_admits_a_burst_and_then_its_rate() => Gen
        .Select(Gen.Int[1, 5], Gen.Int[0, 250].Array[1, 20])
        .SampleAsync(
            async (limit, pauses) =>
            {
                var policy = APolicy.Of(RateLimitAlgorithm.TokenBucket, limit, seconds: 1);
                var client = Guid.NewGuid().ToString("N");
                // The most and the fewest tokens that there may be, since the time of each decision is only known within bounds
                var (most, fewest) = ((double)limit, (double)limit);
                var last = new Span(Spans.Now, Spans.Now);
                foreach (var pause in pauses)
                {
                    await Spans.PassAsync(TimeSpan.FromMilliseconds(pause));
                    var before = Spans.Now;
                    var verdict = await Nodes[pause % 3].DecideAsync(policy, client);
                    var call = new Span(before, Spans.Now);
                    most = Math.Min(limit, most + ((call.After - last.Before + Grain) * limit / 1e6));
                    fewest = Math.Min(limit, fewest + (Math.Max(0, call.Before - last.After - Grain) * limit / 1e6));
                    last = call;
                    Assert.True(verdict.Outcome == RateLimitOutcome.Allowed ? most >= 1 : fewest < 1, $"{verdict}: {fewest} to {most} tokens");
                    if (verdict.Outcome == RateLimitOutcome.Allowed)
                    {
                        (most, fewest) = (most - 1, Math.Max(0, fewest - 1));
                        Assert.InRange(verdict.Left!.Value, Math.Floor(fewest - 0.001), Math.Floor(most + 0.001));
                    }
                    else
                    {
                        Assert.InRange(verdict.Reset, 0, 1_000_000 / limit);
                        most = Math.Min(most, 1);
                    }
                }
            },
            iter: 32,
            threads: 8);

    [Fact]
    public Task Never_are_more_requests_under_way_than_the_limit() => Gen
        .Select(Gen.Int[1, 4], Gen.Int[0, 5].Array[1, 40])
        .SampleAsync(
            async (limit, steps) =>
            {
                var policy = APolicy.Of(RateLimitAlgorithm.Concurrency, limit, seconds: 30);
                var client = Guid.NewGuid().ToString("N");
                var running = new List<(LimiterNode Node, RateLimitDecision Decision)>();
                foreach (var step in steps)
                {
                    if (step >= 4 && running.Count > 0)
                    {
                        var (node, ended) = running[0];
                        running.RemoveAt(0);
                        node.End(ended);
                        // Its place comes free by a message that nobody waits for; what the same gateway sends next comes after it
                        await node.Get<IConnectionMultiplexer>().GetDatabase().PingAsync();
                        continue;
                    }

                    var asked = Nodes[step % 3];
                    var decision = await asked.DecideAsync((policy, client));
                    Assert.Equal(running.Count < limit, decision.IsAdmitted);
                    if (decision.IsAdmitted)
                    {
                        running.Add((asked, decision));
                    }
                }
            },
            iter: 32,
            threads: 4);
}
