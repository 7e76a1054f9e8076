using System.Collections.Concurrent;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>A Redis that dies, freezes and comes back while decisions are made.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    /// <summary>The setting, and what a loaded machine may take on top of it to run a callback.</summary>
    private const int TimeoutMs = 1_000;

    private const int MachineMs = 2_000;

    private RedisProcess _redis = null!;
    private LimiterNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _node = await LimiterNode.StartAsync(
            _redis.ConnectionString, "outage", ("RateLimiting:Timeout", "00:00:01"), ("RateLimiting:LocalShare", "0.5"));
        // The first decision connects, and loads the script
        await ReachAsync(_node);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }

    [Fact]
    public async Task Frozen_each_decision_is_bounded_and_the_ones_after_the_first_wait_for_nothing()
    {
        await _redis.FreezeAsync();
        try
        {
            var first = Spans.Now;
            Assert.Equal(RateLimitOutcome.FailedLocal, (await _node.DecideAsync(APolicy.Sliding(1_000, 60), "client")).Outcome);
            Assert.InRange(Spans.Now - first, 0, (TimeoutMs + MachineMs) * 1_000);

            var begun = Spans.Now;
            for (var call = 0; call < 400; call++)
            {
                await _node.DecideAsync(APolicy.Sliding(1_000, 60), "client");
            }

            // Waiting for the bound each time would take 400 s
            Assert.InRange(Spans.Now - begun, 0, 10_000_000);
        }
        finally
        {
            await _redis.ThawAsync();
        }

        await ReachAsync(_node);
        // One line when it goes and one when it comes back; on a loaded machine there may be a hiccup more, but never a line a request
        var lines = _node.Logs.Of<RedisCircuit>();
        Assert.Equal((LogLevel.Error, LogLevel.Information), (lines[0].Level, lines[^1].Level));
        Assert.InRange(lines.Count, 2, 40);
    }

    [Fact]
    public async Task Alone_a_gateway_goes_on_from_what_it_knows_and_tells_Redis_afterwards()
    {
        var policy = APolicy.Sliding(limit: 20, seconds: 900);
        for (var call = 0; call < 8; call++)
        {
            await _node.DecideAsync(policy, "client");
        }

        await _redis.FreezeAsync();
        var alone = new List<RateLimitVerdict>();
        try
        {
            // Half of 20 are its own, and 4 of these are used by the 8
            for (var call = 0; call < 8; call++)
            {
                alone.Add(await _node.DecideAsync(policy, "client"));
            }
        }
        finally
        {
            await _redis.ThawAsync();
        }

        Assert.Equal(6, alone.Count(verdict => verdict.Outcome == RateLimitOutcome.FailedLocal));
        Assert.Equal([5, 4, 3, 2, 1, 0, 0, 0], alone.Select(verdict => verdict.Left!.Value));
        Assert.Equal(RateLimitOutcome.Limited, alone[^1].Outcome);

        await ReachAsync(_node);
        var again = await _node.DecideAsync(policy, "client");
        Assert.Equal(RateLimitOutcome.Allowed, again.Outcome);
        // 8 before, 6 alone, one now; the question that the freeze caught may have been counted when Redis thawed, and again as a debt
        Assert.InRange(again.Left!.Value, 4, 5);
    }

    [Fact]
    public async Task Killed_and_started_again_under_load_every_decision_is_made_and_limits_hold_again()
    {
        var policy = APolicy.Sliding(limit: 50, seconds: 900);
        var outcomes = new ConcurrentQueue<RateLimitOutcome>();
        var slowest = 0L;
        using var end = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; !end.IsCancellationRequested; call++)
            {
                var begun = Spans.Now;
                outcomes.Enqueue((await _node.DecideAsync(policy, $"{caller}-{call / 60}")).Outcome);
                InterlockedMax(ref slowest, Spans.Now - begun);
                await Task.Yield();
            }
        })).ToArray();

        await Eventually.ReadAsync(() => Task.FromResult(outcomes.Count), count => count > 500);
        await _redis.KillAsync();
        await Eventually.ReadAsync(() => Task.FromResult(outcomes.Count(outcome => outcome == RateLimitOutcome.FailedLocal)), count => count > 100);
        await _redis.RestartAsync();
        var before = outcomes.Count;
        await Eventually.ReadAsync(
            () => Task.FromResult(outcomes.Skip(before).Count(outcome => outcome == RateLimitOutcome.Allowed)), count => count > 100);
        await end.CancelAsync();
        await Task.WhenAll(load);

        Assert.InRange(slowest, 0, (TimeoutMs + MachineMs) * 1_000);
        Assert.DoesNotContain(RateLimitOutcome.FailedOpen, outcomes);
    }

    [Fact]
    public async Task Places_of_requests_under_way_come_free_when_their_gateway_dies_and_stay_while_it_lives()
    {
        var policy = APolicy.Of(RateLimitAlgorithm.Concurrency, limit: 1, seconds: 4);
        // With time to ask: alone, a gateway would admit it
        await using var asking = await LimiterNode.StartAsync(_redis.ConnectionString, "outage");
        var other = await LimiterNode.StartAsync(_redis.ConnectionString, "outage");
        await other.Get<RunningRequests>().StartAsync(TestContext.Current.CancellationToken);
        Assert.True((await other.DecideAsync((policy, "client"))).IsAdmitted);

        await Spans.PassAsync(TimeSpan.FromSeconds(5));
        Assert.False((await asking.DecideAsync((policy, "client"))).IsAdmitted);

        await other.DisposeAsync();
        await Eventually.ReadAsync(async () => (await asking.DecideAsync((policy, "client"))).IsAdmitted, isAdmitted => isAdmitted);
    }

    [Fact]
    public async Task Requests_that_end_while_Redis_is_away_give_their_places_back_when_it_answers()
    {
        var policy = APolicy.Of(RateLimitAlgorithm.Concurrency, limit: 1, seconds: 3600, name: "hour");
        await _node.Get<RunningRequests>().StartAsync(TestContext.Current.CancellationToken);
        var ended = await _node.DecideAsync((policy, "client"));
        Assert.True(ended.IsAdmitted);
        await _redis.FreezeAsync();
        Assert.Equal(RateLimitOutcome.FailedLocal, (await _node.DecideAsync(APolicy.Sliding(10, 60), "other")).Outcome);

        _node.Get<RateLimiter>().End(ended);
        await _redis.ThawAsync();
        await ReachAsync(_node);

        await using var other = await LimiterNode.StartAsync(_redis.ConnectionString, "outage");
        await Eventually.ReadAsync(async () => (await other.DecideAsync((policy, "client"))).IsAdmitted, isAdmitted => isAdmitted);
    }

    [Fact]
    public async Task Who_goes_on_within_the_limit_through_a_long_outage_is_not_refused_after_it()
    {
        var policy = APolicy.Sliding(limit: 4, seconds: 2);
        await using var node = await LimiterNode.StartAsync(_redis.ConnectionString, "outage", ("RateLimiting:Timeout", "00:00:00.200"));
        await ReachAsync(node);
        await _redis.FreezeAsync();
        for (var call = 0; call < 8; call++)
        {
            Assert.Equal(RateLimitOutcome.FailedLocal, (await node.DecideAsync(policy, "client")).Outcome);
            await Spans.PassAsync(TimeSpan.FromMilliseconds(900));
        }

        await _redis.ThawAsync();
        await ReachAsync(node);

        // Of eight, the last window holds three at most
        Assert.Equal(RateLimitOutcome.Allowed, (await node.DecideAsync(policy, "client")).Outcome);
    }

    [Fact]
    public async Task A_request_that_takes_more_than_the_local_share_passes_while_Redis_is_away()
    {
        var policy = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 10, seconds: 60, cost: 8);
        await _redis.FreezeAsync();
        try
        {
            Assert.Equal(RateLimitOutcome.FailedLocal, (await _node.DecideAsync(policy, "client")).Outcome);
            Assert.Equal(RateLimitOutcome.Limited, (await _node.DecideAsync(policy, "client")).Outcome);
        }
        finally
        {
            await _redis.ThawAsync();
        }
    }

    [Fact]
    public async Task A_policy_that_only_watches_never_counts_what_it_would_refuse_however_long_that_runs()
    {
        var policy = APolicy.Of(RateLimitAlgorithm.Concurrency, limit: 1, seconds: 3, isShadow: true, name: "watching");
        await using var node = await LimiterNode.StartAsync(_redis.ConnectionString, "outage");
        await node.Get<RunningRequests>().StartAsync(TestContext.Current.CancellationToken);
        var counted = await node.DecideAsync((policy, "client"));
        var watched = await node.DecideAsync((policy, "client"));
        Assert.Equal(RateLimitOutcome.ShadowLimited, watched.Verdicts[0].Outcome);

        // Time for places to be renewed
        await Spans.PassAsync(TimeSpan.FromSeconds(2.5));
        node.End(counted);

        await Eventually.ReadAsync(
            async () =>
            {
                var next = await node.DecideAsync((policy, "client"));
                node.End(next);
                return next.Verdicts[0].Outcome;
            },
            outcome => outcome == RateLimitOutcome.Allowed,
            TimeSpan.FromSeconds(2));
        node.End(watched);
    }

    /// <summary>Until Redis decides again.</summary>
    private static Task<RateLimitOutcome> ReachAsync(LimiterNode node) => Eventually.ReadAsync(
        async () => (await node.DecideAsync(APolicy.Sliding(1_000_000, 1), "probe")).Outcome, outcome => outcome == RateLimitOutcome.Allowed);

    private static void InterlockedMax(ref long most, long value)
    {
        for (var known = Volatile.Read(ref most); value > known; known = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, known);
        }
    }
}
