using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

public sealed class RecentlyUnknownTests
{
    [Fact]
    public void A_flood_takes_no_more_than_the_bound_and_the_younger_half_stays()
    {
        var unknown = new RecentlyUnknown(capacity: 100);
        for (var number = 0; number < 10_000; number++)
        {
            unknown.Add($"{number}");
            Assert.InRange(unknown.Count, 1, 100);
        }

        Assert.All(Enumerable.Range(9_950, 50), number => Assert.True(unknown.Contains($"{number}")));
        Assert.False(unknown.Contains("1"));
    }
}
