using System.Collections.Concurrent;
using CsCheck;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>What a sliding window promises, with the concurrent callers of three gateways.</summary>
public sealed class SlidingTests(DataStores stores) : ThreeGateways(stores)
{
    /// <summary>How far the server's clock may drift from ours while a test runs.</summary>
    private const long ClockGrain = 2_000;

    [Fact]
    public async Task A_burst_of_200_concurrent_calls_gets_exactly_the_limit()
    {
        var policy = APolicy.Sliding(limit: 50, seconds: 900);

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 200).Select(call => Task.Run(() => DecideAsync(policy, call))));

        Assert.Equal(150, verdicts.Count(verdict => verdict.Outcome == RateLimitOutcome.Limited));
        var admitted = verdicts.Where(verdict => verdict.Outcome == RateLimitOutcome.Allowed);
        Assert.Equal(Enumerable.Range(0, 50), admitted.Select(verdict => verdict.Left!.Value).Order());
        Assert.All(verdicts, verdict => Assert.InRange(verdict.Reset, 800_000_000, 900_000_000));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 1, 1)]
    [InlineData(40, 2, 1)]
    [InlineData(3000, 2, 1)]
    [InlineData(3000, 2, 6)]
    public async Task No_window_ever_holds_more_than_the_limit_nor_less_while_callers_press(int limit, int seconds, int cost)
    {
        var policy = APolicy.Of(RateLimitAlgorithm.Sliding, limit, seconds, cost: cost);
        var admitted = new ConcurrentBag<Span>();
        var refused = new ConcurrentBag<Span>();
        var end = Spans.Now + (long)(policy.Quota.WindowMicroseconds * 2.2);
        await Task.WhenAll(Enumerable.Range(0, 9).Select(caller => Task.Run(async () =>
        {
            for (var before = Spans.Now; before < end; before = Spans.Now)
            {
                var isAdmitted = (await DecideAsync(policy, caller)).Outcome == RateLimitOutcome.Allowed;
                (isAdmitted ? admitted : refused).Add(new(before, Spans.Now));
            }
        })));

        var requests = limit / cost;
        Assert.Null(Spans.FirstOverfullWindow(admitted, requests, policy.Quota.Window));
        // However slow the machine: nobody is refused before the window is full. Above 1,024 it has parts, and a permit on loan counts from the
        // end of the part after the one it was lent in; three loans of each gateway may hold what another one lacks: one in use, one that is not
        // given back yet, and one whose answer is under way
        var longest = limit > 1024 ? policy.Quota.Window * (1 + (3.0 / 1024)) : policy.Quota.Window;
        var idle = limit > 1024 ? 9 * ((limit / 512) + cost) : 0;
        Assert.Null(Spans.FirstNeedlessRefusal(refused, admitted, (limit - idle) / cost, longest));
        if (requests <= 500)
        {
            // Pressed without pause for two windows and a bit, it fills the one at the start and at least one after it
            Assert.NotEmpty(refused);
            Assert.InRange(admitted.Count, requests * 2 * 0.99, requests * 3);
        }
    }

    [Fact]
    public Task The_limit_holds_for_any_arrival_pattern() => Gen
        .Select(Gen.Int[1, 5], Gen.Int[1, 2], Gen.Int[0, 150].Array[1, 20])
        .SampleAsync(
            async (limit, cost, pauses) =>
            {
                cost = Math.Min(cost, limit);
                // A client of its own for each sample, so that samples do not count for each other
                var policy = APolicy.Of(RateLimitAlgorithm.Sliding, limit, seconds: 1, cost: cost);
                var client = Guid.NewGuid().ToString("N");
                var model = new List<Span>();
                foreach (var pause in pauses)
                {
                    await Spans.PassAsync(TimeSpan.FromMilliseconds(pause));
                    var before = Spans.Now;
                    var verdict = await Nodes[pause % 3].DecideAsync(policy, client);
                    AssertAsTheModel(model, policy, new(before, Spans.Now), verdict);
                }
            },
            iter: 32,
            threads: 8);

    [Fact]
    public async Task Who_waits_as_told_is_admitted()
    {
        var policy = APolicy.Sliding(limit: 3, seconds: 1);
        var refused = await DecideUntilLimitedAsync(policy);

        await Spans.PassAsync(TimeSpan.FromMicroseconds(refused.Reset + ClockGrain));

        Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy)).Outcome);
    }

    [Fact]
    public async Task Rejected_requests_are_not_counted()
    {
        var policy = APolicy.Sliding(limit: 2, seconds: 1);
        var wait = (await DecideUntilLimitedAsync(policy)).Reset;
        var started = Spans.Now;
        var rejected = 0;

        // Presses all the time that it should be waiting, and from a gateway that has to ask each time: it knows of no refusal
        while ((await Nodes[rejected % 3].DecideAsync(policy, "client")).Outcome == RateLimitOutcome.Limited)
        {
            rejected++;
            Array.ForEach(Nodes, node => node.Get<Partitions>().Forget(policy.Name, "client"));
            Assert.True(Spans.Now - started < wait + 1_000_000, $"Starved after {rejected} rejections");
        }

        Assert.True(rejected > 20, $"Only {rejected} were rejected");
    }

    [Fact]
    public async Task A_refused_client_costs_no_script_until_its_reset()
    {
        var policy = APolicy.Sliding(limit: 2, seconds: 900);
        await DecideUntilLimitedAsync(policy);
        var scripts = Nodes[0].CountScripts();

        for (var call = 0; call < 1_000; call++)
        {
            Assert.Equal(RateLimitOutcome.Limited, (await DecideAsync(policy)).Outcome);
        }

        Assert.Equal(0, scripts());
    }

    [Fact]
    public async Task A_limit_that_was_lowered_holds_at_once_and_one_that_was_raised_too()
    {
        for (var call = 0; call < 10; call++)
        {
            await DecideAsync(APolicy.Sliding(limit: 10, seconds: 3));
        }

        var lowered = APolicy.Sliding(limit: 2, seconds: 3);
        Assert.Equal((RateLimitOutcome.Limited, 0), Known(await DecideAsync(lowered)));
        Assert.Equal((RateLimitOutcome.Allowed, 9), Known(await DecideAsync(APolicy.Sliding(limit: 20, seconds: 3))));
        // Of a window of another length all that was counted counts as if it were new
        var longer = APolicy.Sliding(limit: 20, seconds: 60);
        Assert.Equal((RateLimitOutcome.Allowed, 8), Known(await DecideAsync(longer)));
        await Spans.PassAsync(TimeSpan.FromSeconds(3.1));
        Assert.Equal((RateLimitOutcome.Allowed, 7), Known(await DecideAsync(longer)));
    }

    [Fact]
    public async Task What_was_counted_keeps_its_time_when_it_is_counted_in_parts_and_back()
    {
        var exact = APolicy.Sliding(limit: 10, seconds: 4);
        var inParts = APolicy.Sliding(limit: 5_000, seconds: 4);
        await DecideAsync(exact);
        var first = Spans.Now;
        await Spans.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(4_998, (await DecideAsync(inParts)).Left);
        Assert.Equal(7, (await DecideAsync(exact)).Left);

        await Spans.PassAsync(TimeSpan.FromMicroseconds(4_010_000 - (Spans.Now - first)));

        // The first has left, and the two of two seconds later have not
        Assert.Equal(7, (await DecideAsync(exact)).Left);
    }

    [Fact]
    public async Task All_policies_of_a_request_count_it_or_none()
    {
        var wide = APolicy.Of(RateLimitAlgorithm.Sliding, 10, 900, name: "wide");
        var tight = APolicy.Of(RateLimitAlgorithm.Fixed, 2, 86_400, name: "tight");
        for (var call = 0; call < 5; call++)
        {
            var decision = await Nodes[call % 3].DecideAsync((wide, "client"), (tight, "key"));
            Assert.Equal(call < 2, decision.IsAdmitted);
        }

        Assert.Equal((RateLimitOutcome.Allowed, 7), Known(await Nodes[2].DecideAsync(wide, "client")));
    }

    [Fact]
    public async Task A_shadow_policy_refuses_nothing_and_does_not_count_what_it_would_refuse()
    {
        var wide = APolicy.Of(RateLimitAlgorithm.Sliding, 10, 900, name: "wide");
        var shadow = APolicy.Of(RateLimitAlgorithm.Sliding, 2, 900, isShadow: true, name: "shadow");
        for (var call = 0; call < 5; call++)
        {
            var decision = await Nodes[call % 2].DecideAsync((wide, "client"), (shadow, "client"));
            Assert.True(decision.IsAdmitted);
            Assert.Equal(call < 2 ? RateLimitOutcome.Allowed : RateLimitOutcome.ShadowLimited, decision.Verdicts[1].Outcome);
            Assert.Equal(9 - call, decision.Verdicts[0].Left);
        }
    }

    private Task<RateLimitVerdict> DecideAsync(RateLimitPolicy policy, int caller = 0) => Nodes[caller % 3].DecideAsync(policy, "client");

    private static (RateLimitOutcome, int?) Known(RateLimitVerdict verdict) => (verdict.Outcome, verdict.Left);

    private async Task<RateLimitVerdict> DecideUntilLimitedAsync(RateLimitPolicy policy)
    {
        for (var call = 0; call < policy.Quota.Limit; call++)
        {
            Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy)).Outcome);
        }

        var verdict = await DecideAsync(policy);
        Assert.Equal(RateLimitOutcome.Limited, verdict.Outcome);
        return verdict;
    }

    /// <summary>
    /// The model: a log of what was admitted. When the server decided is only known within bounds, so that a request which may or may not have
    /// left the window leaves both answers open.
    /// </summary>
    private static void AssertAsTheModel(List<Span> model, RateLimitPolicy policy, Span call, RateLimitVerdict verdict)
    {
        var (limit, window) = policy.Quota;
        var possible = model.Count(admitted => admitted.After + window >= call.Before - ClockGrain) * policy.Cost;
        var certain = model.Count(admitted => admitted.Before + window > call.After + ClockGrain) * policy.Cost;
        Assert.True(
            verdict.Outcome == RateLimitOutcome.Limited ? possible + policy.Cost > limit : certain + policy.Cost <= limit,
            $"{verdict} with {certain} to {possible} of {limit} in the window");
        Assert.InRange(verdict.Reset, 0, window);
        if (verdict.Outcome == RateLimitOutcome.Allowed)
        {
            model.Add(call);
            Assert.InRange(verdict.Left!.Value, limit - possible - policy.Cost, limit - certain - policy.Cost);
        }
    }
}
