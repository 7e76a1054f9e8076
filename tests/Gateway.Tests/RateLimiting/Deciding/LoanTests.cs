using System.Collections.Concurrent;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>Hot partitions, of which most requests are admitted by permits on loan.</summary>
public sealed class LoanTests(DataStores stores) : ThreeGateways(stores)
{
    [Theory]
    [InlineData(nameof(RateLimitAlgorithm.Sliding))]
    [InlineData(nameof(RateLimitAlgorithm.Fixed))]
    public async Task A_hot_key_costs_at_most_a_script_for_20_requests(string algorithm)
    {
        var policy = APolicy.Of(Enum.Parse<RateLimitAlgorithm>(algorithm), limit: 100_000, seconds: 60);
        await CallAsync(policy, calls: 2_000);
        var scripts = Nodes.Select(node => node.CountScripts()).ToArray();

        var admitted = await CallAsync(policy, calls: 20_000);

        Assert.Equal(20_000, admitted);
        Assert.InRange(scripts.Sum(count => count()), 1, 1_000);
    }

    [Theory]
    [InlineData(nameof(RateLimitAlgorithm.Sliding))]
    [InlineData(nameof(RateLimitAlgorithm.Fixed))]
    public async Task Three_gateways_and_a_client_at_10_times_its_limit_admit_the_limit(string algorithm)
    {
        var policy = APolicy.Of(Enum.Parse<RateLimitAlgorithm>(algorithm), limit: 10_000, seconds: 86_400);

        var admitted = await CallAsync(policy, calls: 100_000);

        Assert.InRange(admitted, 9_900, 10_000);
    }

    [Fact]
    public async Task What_a_loan_leaves_over_is_given_back()
    {
        var policy = APolicy.Sliding(limit: 100_000, seconds: 60);
        await CallAsync(policy, calls: 5_000);
        var taken = 5_000;

        // A loan that is replaced while a call of it is under way may take a few permits with it until the window ends; three loans
        // have up to 585 left over
        const int Lost = 98;

        // Each gateway asks again once its loan is over, and says what it did not use
        var left = await Eventually.ReadAsync(
            async () =>
            {
                await Spans.PassAsync(TimeSpan.FromMilliseconds(500));
                var verdicts = new List<RateLimitVerdict>();
                foreach (var node in Nodes)
                {
                    verdicts.Add(await node.DecideAsync(policy, "client"));
                    taken++;
                }

                return verdicts[^1].Left!.Value;
            },
            left => left >= 100_000 - taken - Lost);

        Assert.InRange(left, 94_000, 100_000 - taken);
    }

    [Fact]
    public async Task Loans_never_let_a_window_hold_more_than_the_limit()
    {
        var policy = APolicy.Sliding(limit: 4_096, seconds: 1);
        var admitted = new ConcurrentBag<Span>();
        var end = Spans.Now + 2_500_000;
        // A busy machine takes longer until a window could have been overfull
        var last = end + 20_000_000;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(caller => Task.Run(async () =>
        {
            for (var before = Spans.Now; before < end || (admitted.Count <= 4_096 && before < last); before = Spans.Now)
            {
                if ((await Nodes[caller % 3].DecideAsync(policy, "client")).Outcome == RateLimitOutcome.Allowed)
                {
                    admitted.Add(new(before, Spans.Now));
                }
            }
        })));

        Assert.Null(Spans.FirstOverfullWindow(admitted, 4_096, policy.Quota.Window));
        Assert.True(admitted.Count > 4_096, $"{admitted.Count}");
    }

    private async Task<int> CallAsync(RateLimitPolicy policy, int calls)
    {
        var admitted = 0;
        await Task.WhenAll(Enumerable.Range(0, 30).Select(caller => Task.Run(async () =>
        {
            for (var call = caller; call < calls; call += 30)
            {
                if ((await Nodes[caller % 3].DecideAsync(policy, "client")).Outcome == RateLimitOutcome.Allowed)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        })));
        return admitted;
    }
}
