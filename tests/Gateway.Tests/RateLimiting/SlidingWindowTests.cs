using System.Collections.Concurrent;
using System.Diagnostics;
using CsCheck;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>The script against what a sliding window promises, with the concurrent callers of several gateways.</summary>
public sealed class SlidingWindowTests(DataStores stores) : IAsyncLifetime
{
    private const string Client = "192.0.2.1";

    /// <summary>How far the server's clock may drift from ours while a test runs.</summary>
    private static readonly TimeSpan ClockGrain = TimeSpan.FromMilliseconds(2);

    private RedisLimiters _limiters = null!;

    public async ValueTask InitializeAsync() => _limiters = await RedisLimiters.ConnectAsync(stores.RedisConnectionString, count: 3);

    public ValueTask DisposeAsync() => _limiters.DisposeAsync();

    [Fact]
    public async Task A_burst_of_200_concurrent_calls_gets_exactly_the_limit()
    {
        var policy = Policy(limit: 50, seconds: 900);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(call => Task.Run(() => DecideAsync(policy, gateway: call))));

        var admitted = decisions.Where(decision => decision.Outcome == RateLimitOutcome.Allowed).ToArray();
        Assert.Equal(150, decisions.Count(decision => decision.Outcome == RateLimitOutcome.Limited));
        Assert.Equal(Enumerable.Range(0, 50), admitted.Select(decision => decision.Remaining).Order());
        Assert.All(decisions, decision => Assert.InRange(decision.Reset, TimeSpan.FromSeconds(800), TimeSpan.FromSeconds(900)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(40, 2)]
    public async Task No_window_ever_holds_more_than_the_limit_nor_less_while_callers_press(int limit, int seconds)
    {
        var policy = Policy(limit, seconds);
        var admitted = new ConcurrentBag<Admission>();
        var duration = policy.Window * 2.2;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 9).Select(gateway => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var before = Stopwatch.GetElapsedTime(started);
                var decision = await DecideAsync(policy, gateway);
                if (decision.Outcome == RateLimitOutcome.Allowed)
                {
                    admitted.Add(new(before, Stopwatch.GetElapsedTime(started)));
                }
            }
        })));

        Assert.Null(FirstOverfullWindow([.. admitted], policy));
        // Pressed without pause for two windows and a bit, it fills the one at the start and at least one after it
        Assert.InRange(admitted.Count, limit * 2, limit * 3);
    }

    [Fact]
    public Task The_limit_holds_for_any_arrival_pattern() => Gen
        .Select(Gen.Int[1, 5], Gen.Int[0, 150].Array[1, 20])
        .SampleAsync(
            async (limit, pauses) =>
            {
                // A client of its own for each sample, so that samples do not count for each other
                var policy = Policy(limit, seconds: 1);
                var client = Guid.NewGuid().ToString("N");
                var model = new Queue<Admission>();
                var started = Stopwatch.GetTimestamp();
                foreach (var pause in pauses)
                {
                    await PassAsync(TimeSpan.FromMilliseconds(pause));
                    var before = Stopwatch.GetElapsedTime(started);
                    var decision = await DecideAsync(policy, gateway: pause, client);
                    var after = Stopwatch.GetElapsedTime(started);
                    AssertAsTheModel(model, limit, policy.Window, before, after, decision);
                }
            },
            iter: 32,
            threads: 8);

    [Fact]
    public async Task Who_waits_as_told_is_admitted()
    {
        var policy = Policy(limit: 3, seconds: 1);
        var decision = await DecideUntilLimitedAsync(policy);

        await PassAsync(decision.Reset + ClockGrain);

        Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy)).Outcome);
    }

    [Fact]
    public async Task Rejected_requests_are_not_counted()
    {
        var policy = Policy(limit: 2, seconds: 1);
        var wait = (await DecideUntilLimitedAsync(policy)).Reset;
        var started = Stopwatch.GetTimestamp();
        var rejected = 0;

        // Presses all the time that it should be waiting
        while ((await DecideAsync(policy)).Outcome == RateLimitOutcome.Limited)
        {
            rejected++;
            Assert.True(Stopwatch.GetElapsedTime(started) < wait + TimeSpan.FromSeconds(1), $"Starved after {rejected} rejections");
        }

        Assert.True(rejected > 20, $"Only {rejected} were rejected");
    }

    [Fact]
    public async Task A_limit_that_was_lowered_holds_at_once_and_says_the_true_wait()
    {
        for (var call = 0; call < 10; call++)
        {
            await DecideAsync(Policy(limit: 10, seconds: 3));
            await PassAsync(TimeSpan.FromMilliseconds(50));
        }

        var lowered = Policy(limit: 2, seconds: 3);
        var decision = await DecideAsync(lowered);

        Assert.Equal(RateLimitOutcome.Limited, decision.Outcome);
        Assert.Equal(0, decision.Remaining);
        await PassAsync(decision.Reset + ClockGrain);
        Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(lowered)).Outcome);
    }

    [Fact]
    public async Task Clients_and_policies_do_not_share_a_count()
    {
        var policy = Policy(limit: 1, seconds: 900);
        Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy, client: "192.0.2.7")).Outcome);
        Assert.Equal(RateLimitOutcome.Limited, (await DecideAsync(policy, client: "192.0.2.7")).Outcome);

        Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy, client: "192.0.2.8")).Outcome);
        Assert.Equal(
            RateLimitOutcome.Allowed, (await _limiters.All[0].DecideAsync("other", policy, "192.0.2.7")).Outcome);
    }

    private static RateLimitPolicy Policy(int limit, int seconds) => new() { Limit = limit, Window = TimeSpan.FromSeconds(seconds) };

    private Task<RateLimitDecision> DecideAsync(RateLimitPolicy policy, int gateway = 0, string client = Client) =>
        _limiters.All[gateway % _limiters.All.Count].DecideAsync("policy", policy, client);

    private async Task<RateLimitDecision> DecideUntilLimitedAsync(RateLimitPolicy policy)
    {
        for (var call = 0; call < policy.Limit; call++)
        {
            Assert.Equal(RateLimitOutcome.Allowed, (await DecideAsync(policy)).Outcome);
        }

        var decision = await DecideAsync(policy);
        Assert.Equal(RateLimitOutcome.Limited, decision.Outcome);
        return decision;
    }

    /// <summary>Lets time pass, by the clock: a timer alone may fire early.</summary>
    private static async Task PassAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// The model: a log of admissions. When the server decided is only known within bounds, so that an admission which may or
    /// may not have left the window leaves both answers open.
    /// </summary>
    private static void AssertAsTheModel(
        Queue<Admission> model, int limit, TimeSpan window, TimeSpan before, TimeSpan after, RateLimitDecision decision)
    {
        while (model.TryPeek(out var oldest) && oldest.After + window < before - ClockGrain)
        {
            model.Dequeue();
        }

        var certain = model.Count(admission => admission.Before + window > after + ClockGrain);
        Assert.True(
            decision.Outcome == RateLimitOutcome.Limited ? model.Count >= limit : certain < limit,
            $"{decision} with {certain} to {model.Count} of {limit} in the window");
        Assert.InRange(decision.Reset, TimeSpan.FromMicroseconds(1), window);
        if (decision.Outcome == RateLimitOutcome.Allowed)
        {
            model.Enqueue(new(before, after));
            Assert.InRange(decision.Remaining, limit - model.Count, limit - certain - 1);
        }
    }

    /// <summary>The first limit + 1 admissions that certainly were within one window.</summary>
    private static string? FirstOverfullWindow(Admission[] admitted, RateLimitPolicy policy)
    {
        foreach (var first in admitted.OrderBy(admission => admission.Before))
        {
            var next = admitted.Where(admission => admission.Before >= first.Before).Select(admission => admission.After).Order()
                .Skip(policy.Limit).Take(1).ToArray();
            if (next is [var last] && last - first.Before < policy.Window - ClockGrain)
            {
                return $"{policy.Limit + 1} admissions between {first.Before} and {last}";
            }
        }

        return null;
    }

    /// <summary>A call that was let through, and the bounds of when.</summary>
    private sealed record Admission(TimeSpan Before, TimeSpan After);
}
