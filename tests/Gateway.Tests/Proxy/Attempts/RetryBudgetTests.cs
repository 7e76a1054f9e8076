using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Gateway.Proxy;
using ProdReady.Gateway.Proxy.Attempts;

namespace ProdReady.Gateway.Tests.Proxy.Attempts;

/// <summary>The budget against a plain list of what happened.</summary>
public sealed class RetryBudgetTests
{
    private static readonly Gen<(int Wait, int Requests, int Retries)[]> Arrivals =
        Gen.Select(Gen.Int[0, 4000], Gen.Int[0, 20], Gen.Int[0, 10]).Array[1, 60];

    [Fact]
    public void A_retry_is_granted_exactly_if_the_last_ten_seconds_have_room_for_it() =>
        Gen.Select(Arrivals, Gen.Double[0, 1], Gen.Int[0, 2]).Sample((arrivals, ratio, least) =>
        {
            var time = new FakeTimeProvider();
            var budget = new RetryBudget(time);
            var options = new RetryOptions { BudgetRatio = ratio, MinPerSecond = least };
            var (requests, retries) = (new List<long>(), new List<long>());
            var now = 0L;
            foreach (var (wait, count, attempts) in arrivals)
            {
                now += wait;
                time.Advance(TimeSpan.FromMilliseconds(wait));
                var second = now / 1000;
                for (var request = 0; request < count; request++)
                {
                    budget.CountRequest();
                    requests.Add(second);
                }

                for (var attempt = 0; attempt < attempts; attempt++)
                {
                    var room = (InWindow(requests, second) * ratio) + (least * RetryBudget.Seconds) - InWindow(retries, second);
                    Assert.Equal(room >= 1, budget.TryTake(options));
                    if (room >= 1)
                    {
                        retries.Add(second);
                    }
                }
            }
        });

    private static int InWindow(List<long> seconds, long now) => seconds.Count(second => second > now - RetryBudget.Seconds);
}
