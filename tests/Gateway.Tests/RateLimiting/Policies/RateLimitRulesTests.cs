using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.Tests.RateLimiting.Policies;

/// <summary>Which limit holds for a key.</summary>
public sealed class RateLimitRulesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void No_key_has_a_limit_below_what_one_request_takes()
    {
        var rules = new RateLimitRules(new()
        {
            Policies = { ["reports"] = new() { Limit = 100, Window = Minute, Partition = "api-key", Cost = 10 } },
            Plans = { ["small"] = new() { Limit = 5, Window = Minute }, ["large"] = new() { Limit = 500, Window = Minute } },
        });
        var policy = rules.Find("reports")!;

        Assert.Equal(
            [new(10, Minute), new(500, Minute), new(10, Minute), new(20, Minute), new Quota(100, Minute)],
            [
                rules.QuotaOf(policy, "small", null), rules.QuotaOf(policy, "large", null), rules.QuotaOf(policy, null, new ApiKeyLimit(9, Minute)),
                rules.QuotaOf(policy, null, new ApiKeyLimit(20, Minute)), rules.QuotaOf(policy, null, null),
            ]);
    }
}
