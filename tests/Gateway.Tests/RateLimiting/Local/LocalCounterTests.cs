using CsCheck;
using ProdReady.Gateway.RateLimiting.Local;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.Tests.RateLimiting.Local;

/// <summary>The counters that decide while Redis is away, against plain models, on a clock of their own.</summary>
public sealed class LocalCounterTests
{
    private const long Window = 1_000_000;

    /// <summary>Pauses that fall into one part of a window, into several, and past all of it.</summary>
    private static readonly Gen<(int Limit, (long Pause, int Cost)[] Calls)> Traffic = Gen.Select(
        Gen.Int[1, 20],
        Gen.Select(Gen.OneOf(Gen.Long[0, 500], Gen.Long[0, 200_000], Gen.Long[0, 1_500_000]), Gen.Int[1, 3]).Array[1, 60]);

    [Fact]
    public void A_sliding_window_admits_what_a_log_of_all_requests_admits() => Traffic.Sample((limit, calls) =>
    {
        var counter = LocalCounter.Create(RateLimitAlgorithm.Sliding, new(limit, Window));
        var log = new List<(long At, int Cost)>();
        var now = 0L;
        foreach (var (pause, cost) in calls)
        {
            now += pause;
            var left = limit - log.Where(admitted => admitted.At + Window > now).Sum(admitted => admitted.Cost);
            Assert.Equal(left, counter.Left(now));
            if (left >= cost)
            {
                counter.Take(cost, now);
                log.Add((now, cost));
            }
        }

        AssertReset(counter, limit, now);
    });

    [Fact]
    public void A_sliding_window_of_a_high_limit_is_at_most_1_1024_longer_and_never_shorter() => Gen
        .Select(Gen.Long[0, 3_000], Gen.Int[1, 40]).Array[1, 400]
        .Sample(calls =>
        {
            const int limit = 2_000;
            var counter = LocalCounter.Create(RateLimitAlgorithm.Sliding, new(limit, Window));
            var log = new List<(long At, int Cost)>();
            var now = 0L;
            foreach (var (pause, cost) in calls)
            {
                now += pause;
                var certain = log.Where(admitted => admitted.At + Window > now).Sum(admitted => admitted.Cost);
                var possible = log.Where(admitted => admitted.At + Window + (Window / 1024) > now).Sum(admitted => admitted.Cost);
                Assert.InRange(counter.Left(now), limit - possible, limit - certain);
                if (counter.Left(now) >= cost)
                {
                    counter.Take(cost, now);
                    log.Add((now, cost));
                }
            }
        });

    [Fact]
    public void A_fixed_window_admits_the_limit_in_each() => Traffic.Sample((limit, calls) =>
    {
        var counter = LocalCounter.Create(RateLimitAlgorithm.Fixed, new(limit, Window));
        var counts = new Dictionary<long, int>();
        var now = 0L;
        foreach (var (pause, cost) in calls)
        {
            now += pause;
            var count = counts.GetValueOrDefault(now / Window);
            Assert.Equal(limit - count, counter.Left(now));
            if (count + cost <= limit)
            {
                counter.Take(cost, now);
                counts[now / Window] = count + cost;
            }
        }

        AssertReset(counter, limit, now);
    });

    [Fact]
    public void A_token_bucket_admits_a_burst_and_then_its_rate() => Traffic.Sample((limit, calls) =>
    {
        var counter = LocalCounter.Create(RateLimitAlgorithm.TokenBucket, new(limit, Window));
        var tokens = (decimal)limit;
        var now = 0L;
        foreach (var (pause, cost) in calls)
        {
            now += pause;
            tokens = Math.Min(limit, tokens + ((decimal)pause * limit / Window));
            Assert.InRange(counter.Left(now), (int)Math.Floor(tokens - 0.00001m), (int)Math.Floor(tokens + 0.00001m));
            if (counter.Left(now) >= cost)
            {
                counter.Take(cost, now);
                tokens -= cost;
            }
        }

        AssertReset(counter, limit, now);
    });

    /// <summary>Who waits as told is admitted, and not much sooner.</summary>
    private static void AssertReset(LocalCounter counter, int cost, long now)
    {
        if (counter.Left(now) >= cost)
        {
            return;
        }

        var reset = counter.Reset(cost, now);
        Assert.InRange(reset, 1, Window);
        Assert.True(counter.Left(now + reset) >= cost);
    }
}
