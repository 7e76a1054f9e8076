using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>A gateway that sees more clients than it may remember.</summary>
public sealed class PartitionsTests(DataStores stores) : IAsyncLifetime
{
    private const int Most = 1_000;
    private const int Clients = 5_000;
    private static readonly RateLimitPolicy Policy = APolicy.Sliding(limit: 3, seconds: 900);
    private LimiterNode _node = null!;
    private Partitions _partitions = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await LimiterNode.StartAsync(
            stores.RedisConnectionString, DataStores.CreateRedisPrefix(), ("RateLimiting:MaxPartitions", $"{Most}"));
        _partitions = _node.Get<Partitions>();
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task What_it_remembers_stays_bounded_and_the_counts_stay_right()
    {
        await _node.DecideAsync(Policy, "early");
        await _node.DecideAsync(Policy, "early");

        var most = 0;
        for (var client = 0; client < Clients; client += 200)
        {
            await Task.WhenAll(Enumerable.Range(client, 200).Select(number => _node.DecideAsync(Policy, $"{number}")));
            most = Math.Max(most, Known());
        }

        // By half each time, and the latest are among those that stay
        Assert.InRange(most, Most / 2, Most);
        Assert.True(IsKnown($"{Clients - 1}"));
        Assert.False(IsKnown("early"));
        Assert.Equal(
            [(RateLimitOutcome.Allowed, 0), (RateLimitOutcome.Limited, 0)],
            [Said(await _node.DecideAsync(Policy, "early")), Said(await _node.DecideAsync(Policy, "early"))]);
        Assert.Equal((RateLimitOutcome.Allowed, 1), Said(await _node.DecideAsync(Policy, "0")));
    }

    [Fact]
    public async Task What_Redis_does_not_know_yet_is_not_forgotten()
    {
        AdmitAlone(Policy, "debtor");

        Flood();

        Assert.True(IsKnown("debtor"));
        Assert.Equal((RateLimitOutcome.Allowed, 1), Said(await _node.DecideAsync(Policy, "debtor")));
    }

    [Fact]
    public async Task A_debt_that_no_window_holds_any_more_is_none()
    {
        var brief = APolicy.Of(RateLimitAlgorithm.Sliding, limit: 3, seconds: 1, name: "brief");
        AdmitAlone(brief, "debtor");
        await Spans.PassAsync(TimeSpan.FromSeconds(1.1));

        Flood();

        Assert.False(IsKnown("debtor", brief));
    }

    [Theory]
    [InlineData("Sliding")]
    [InlineData("Fixed")]
    [InlineData("TokenBucket")]
    public async Task Of_an_outage_longer_than_a_window_no_more_is_owed_than_a_window_holds(string algorithm)
    {
        var brief = APolicy.Of(Enum.Parse<RateLimitAlgorithm>(algorithm), limit: 3, seconds: 1, name: $"brief-{algorithm}");
        AdmitAlone(brief, "steady");
        AdmitAlone(brief, "steady");
        await Spans.PassAsync(TimeSpan.FromSeconds(1.1));
        AdmitAlone(brief, "steady");

        Assert.Equal((RateLimitOutcome.Allowed, 1), Said(await _node.DecideAsync(brief, "steady")));
    }

    [Fact]
    public void Many_that_have_to_stay_do_not_make_every_new_one_a_look_at_all_of_them()
    {
        var begun = Spans.Now;
        for (var client = 0; client < 20 * Most; client++)
        {
            AdmitAlone(Policy, $"{client}");
        }

        // Less than a second; a look at all for each takes a minute
        Assert.InRange(Spans.Now - begun, 0, 10_000_000);
        Assert.Equal(Clients, Known());
    }

    [Fact]
    public async Task A_client_with_a_request_under_way_is_not_forgotten()
    {
        var concurrency = APolicy.Of(RateLimitAlgorithm.Concurrency, limit: 1, seconds: 60, name: "running");
        var running = await _node.DecideAsync((concurrency, "runner"));

        Flood();
        Assert.True(IsKnown("runner", concurrency));
        Assert.False((await _node.DecideAsync((concurrency, "runner"))).IsAdmitted);

        _node.End(running);
        Flood();
        Assert.False(IsKnown("runner", concurrency));
        Assert.True((await _node.DecideAsync((concurrency, "runner"))).IsAdmitted);
    }

    private static (RateLimitOutcome, int?) Said(RateLimitVerdict verdict) => (verdict.Outcome, verdict.Left);

    /// <summary>As while Redis is away.</summary>
    private void AdmitAlone(RateLimitPolicy policy, string client)
    {
        var (partition, now) = (_partitions.Get(policy, client), _node.Get<LimiterClock>().Now);
        partition.TryDecide(policy.Quota, cost: 1, now, out _, out _);
        partition.LeftHere(policy.Quota, cost: 1, share: 1, now);
        partition.TakeHere(cost: 1, now);
    }

    /// <summary>Others come, until whoever was there before is among the idle.</summary>
    private void Flood()
    {
        for (var client = 0; client < 2 * Most; client++)
        {
            _partitions.Get(Policy, $"flood-{Guid.NewGuid():N}");
        }
    }

    private int Known() => Enumerable.Range(0, Clients).Count(client => IsKnown($"{client}"));

    /// <summary>One that is not is made anew whenever somebody asks about it.</summary>
    private bool IsKnown(string client, RateLimitPolicy? policy = null) =>
        ReferenceEquals(_partitions.Find(policy ?? Policy, client), _partitions.Find(policy ?? Policy, client));
}
