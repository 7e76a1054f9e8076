using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.TestHost;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Gateway.Tests.RateLimiting.Deciding;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>What an operator's alerts and charts are made of.</summary>
public sealed class RateLimitMetricsTests(DataStores stores)
{
    /// <summary>Nothing listens on port 1.</summary>
    private const string NoRedis = "127.0.0.1:1,connectTimeout=100";

    private static readonly string[] Outcomes =
        ["allowed", "limited", "shadow-limited", "failed-open", "failed-local", "failed-closed"];

    [Fact]
    public async Task A_request_is_counted_under_its_policy_as_it_ended()
    {
        await using var node = await StartAsync(stores.RedisConnectionString);
        var counts = node.Counts();
        var strict = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 2, seconds: 900, name: "strict");
        var shadow = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 1, seconds: 900, isShadow: true, name: "shadow");
        for (var call = 0; call < 5; call++)
        {
            await node.DecideAsync(strict, "a");
            await node.DecideAsync(shadow, "a");
        }

        Assert.Equal([2, 3, 0, 0, 0, 0], Of(counts, "strict"));
        Assert.Equal([1, 0, 4, 0, 0, 0], Of(counts, "shadow"));
    }

    [Fact]
    public async Task What_another_policy_refused_is_counted_under_that_one_only()
    {
        await using var node = await StartAsync(stores.RedisConnectionString);
        var counts = node.Counts();
        var strict = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 1, seconds: 900, name: "strict");
        var wide = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 100, seconds: 900, name: "wide");
        for (var call = 0; call < 4; call++)
        {
            await node.DecideAsync((wide, "a"), (strict, "a"));
        }

        Assert.Equal([1, 3, 0, 0, 0, 0], Of(counts, "strict"));
        Assert.Equal([1, 0, 0, 0, 0, 0], Of(counts, "wide"));
    }

    [Fact]
    public async Task Without_Redis_the_outcome_is_the_policys_failure_mode()
    {
        await using var node = await StartAsync(NoRedis);
        var counts = node.Counts();
        var local = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 2, seconds: 900, FailureMode.Local, name: "local");
        var open = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 2, seconds: 900, FailureMode.Open, name: "open");
        var closed = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 2, seconds: 900, FailureMode.Closed, name: "closed");
        for (var call = 0; call < 3; call++)
        {
            await node.DecideAsync(local, "a");
            await node.DecideAsync(open, "a");
            // Neither of the others counts what the closed one refuses
            await node.DecideAsync((local, "b"), (closed, "b"), (open, "b"));
        }

        Assert.Equal([0, 1, 0, 0, 2, 0], Of(counts, "local"));
        Assert.Equal([0, 0, 0, 3, 0, 0], Of(counts, "open"));
        Assert.Equal([0, 0, 0, 0, 0, 3], Of(counts, "closed"));
    }

    [Fact]
    public async Task Near_the_limit_is_from_80_percent_on_and_only_what_was_admitted()
    {
        await using var node = await StartAsync(stores.RedisConnectionString);
        var counts = node.Counts();
        var policy = APolicy.Sliding(limit: 20, seconds: 900);
        for (var call = 1; call <= 15; call++)
        {
            await node.DecideAsync(policy, "a");
        }

        Assert.Equal(0, counts["near_limit{policy=policy}"]);
        var near = new List<double>();
        for (var call = 16; call <= 22; call++)
        {
            await node.DecideAsync(policy, "a");
            near.Add(counts["near_limit{policy=policy}"]);
        }

        Assert.Equal([1, 2, 3, 4, 5, 5, 5], near);
    }

    [Fact]
    public async Task Every_permit_on_loan_is_counted_also_of_the_loan_that_a_request_brought_along()
    {
        await using var node = await StartAsync(stores.RedisConnectionString);
        var counts = node.Counts();
        // A loan of it is four permits, and the second request within minutes asks for one
        var policy = APolicy.Sliding(limit: 2_048, seconds: 86_400);

        await node.DecideAsync(policy, "a");
        Assert.Equal(0, counts["lent_permits"]);
        await node.DecideAsync(policy, "a");
        Assert.Equal(4, counts["lent_permits"]);

        // With the third of them the next loan is fetched
        for (var call = 0; call < 3; call++)
        {
            await node.DecideAsync(policy, "a");
        }

        await Eventually.ReadAsync(() => Task.FromResult(counts["lent_permits"]), lent => lent == 8);
    }

    [Fact]
    public async Task A_Redis_that_is_away_is_one_failure_and_an_open_circuit_until_it_is_back()
    {
        await using var redis = await RedisProcess.CreateAsync();
        await using var node = await StartAsync($"{redis.ConnectionString},connectTimeout=100");
        var counts = node.Counts();
        Assert.Equal((0, 0), (counts["redis.failures"], counts["redis.circuit_open"]));

        for (var call = 0; call < 5; call++)
        {
            await node.DecideAsync(APolicy.Sliding(limit: 10, seconds: 900), "a");
        }

        // Those after the first asked nobody
        Assert.Equal((1, 1), (counts["redis.failures"], counts["redis.circuit_open"]));
        Assert.Equal((1, 1), (counts["redis.batch"], counts["redis.duration"]));

        await redis.RestartAsync();
        await Eventually.ReadAsync(() => Task.FromResult(counts["redis.circuit_open"]), isOpen => isOpen == 0);
        Assert.Equal(1, counts["redis.failures"]);
    }

    [Fact]
    public async Task Every_counter_exists_before_it_counts_also_a_new_policys()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        // The gateway's own begin with its services, ahead of anybody who could listen
        using var counts = new MeterCounts(meters, "prodready.rate_limit.");
        await using var gateway = await GatewayApp.StartAsync(
            stores, host => host.ConfigureTestServices(all => all.AddSingleton(meters)));

        Assert.All(["general", "auth", "transaction", "api-key", "webhook", "usage"], policy => AssertExists(counts, policy));
        Assert.All(["lent_permits", "redis.failures", "redis.circuit_open"], name => Assert.True(counts.Has(name), name));

        gateway.Change(("RateLimiting:Policies:new:Limit", "5"), ("RateLimiting:Policies:new:Window", "00:01:00"));

        AssertExists(counts, "new");
    }

    private static Task<LimiterNode> StartAsync(string redis) => LimiterNode.StartAsync(redis, DataStores.CreateRedisPrefix());

    private static IEnumerable<double> Of(MeterCounts counts, string policy) => Outcomes.Select(outcome => counts[Requests(policy, outcome)]);

    private static void AssertExists(MeterCounts counts, string policy) => Assert.All(
        [.. Outcomes.Select(outcome => Requests(policy, outcome)), $"near_limit{{policy={policy}}}"],
        name => Assert.True(counts.Has(name) && counts[name] == 0, name));

    private static string Requests(string policy, string outcome) => $"requests{{policy={policy},outcome={outcome}}}";
}
