using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>The limiter on a Redis Cluster, which runs no script whose keys lie in different slots.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task All_policies_of_many_requests_are_decided_together()
    {
        await using var redis = await RedisProcess.StartClusterAsync();
        await using var node = await LimiterNode.StartAsync(redis.ConnectionString, "cluster");
        RateLimitPolicy[] policies =
        [
            APolicy.Of(RateLimitAlgorithm.Sliding, 100, 900, name: "sliding"),
            APolicy.Of(RateLimitAlgorithm.Fixed, 100_000, 86_400, name: "fixed"),
            APolicy.Of(RateLimitAlgorithm.TokenBucket, 100, 900, name: "bucket"),
            APolicy.Of(RateLimitAlgorithm.Concurrency, 100, 60, name: "running"),
        ];

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(call => node.DecideAsync(
            [.. policies.Select(policy => (policy, $"{policy.Name}-{call % 2}"))])));

        Assert.All(decisions, decision => Assert.All(
            decision.Verdicts, verdict => Assert.Equal(RateLimitOutcome.Allowed, verdict.Outcome)));
        Assert.Empty(node.Logs.Of<RedisCircuit>());
        foreach (var decision in decisions)
        {
            node.End(decision);
        }

        await node.Get<LimitInspector>().ResetAsync(policies[0], "sliding-0");
        Assert.Equal(99, (await node.DecideAsync(policies[0], "sliding-0")).Left);
        Assert.Equal(RateLimitOutcome.Limited, (await node.DecideAsync(policies[0], "sliding-1")).Outcome);
    }
}
