using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.Tests.RateLimiting.Deciding;

/// <summary>For how long a client is told to wait, and for how long it is refused, where the way to Redis takes its time.</summary>
public sealed class WaitTests
{
    private const long Asked = 1_000_000;
    private const long Answered = 1_040_000;
    private const long Wait = 500_000;
    private static readonly RateLimitPolicy Policy = APolicy.Sliding(limit: 3, seconds: 1);
    private readonly Partition _partition = new(RateLimitAlgorithm.Sliding, "client");

    [Fact]
    public void Who_waits_as_told_comes_when_it_fits_whenever_Redis_decided()
    {
        Assert.Equal(new(RateLimitOutcome.Limited, 0, Wait), Learn(fits: false));

        // From memory, so as the answer said
        Assert.Equal(Knowledge.Refuses, TryDecide(Answered + 1_000, out var verdict));
        Assert.Equal(new(RateLimitOutcome.Limited, 0, Wait - 1_000), verdict);
    }

    [Fact]
    public void Nobody_is_refused_from_memory_when_it_may_fit_already()
    {
        Learn(fits: false);

        Assert.Equal(Knowledge.Refuses, TryDecide(Asked + Wait - 1, out _));
        Assert.Equal(Knowledge.TooLittle, TryDecide(Asked + Wait, out _));
    }

    [Fact]
    public void When_more_will_be_left_is_not_told_too_early() =>
        Assert.Equal(new(RateLimitOutcome.Allowed, 0, Wait), Learn(fits: true));

    private Knowledge TryDecide(long now, out RateLimitVerdict verdict) => _partition.TryDecide(Policy.Quota, 1, now, out verdict, out _);

    private RateLimitVerdict Learn(bool fits)
    {
        TryDecide(Asked, out _);
        var item = _partition.Ask(new(Policy, Policy.Quota, _partition), 1, null, isRefill: false, Asked);
        item.Answer = new(fits, 0, Wait, 0, 0, 0);
        return _partition.Learn(item, Asked, Answered);
    }
}
