using ProdReady.Gateway.Proxy.OutputCaching;

namespace ProdReady.Gateway.Tests.Proxy;

public sealed class OutputCachingOptionsTests
{
    [Fact]
    public void The_defaults_and_the_bounds_are_valid() => Assert.All<OutputCachingOptions>(
        [
            new(),
            new()
            {
                Timeout = TimeSpan.FromMilliseconds(5),
                Policies =
                {
                    ["default"] = new(),
                    ["short"] = new() { Expiration = TimeSpan.FromSeconds(1) },
                    ["long"] = new() { Expiration = TimeSpan.FromDays(1), VaryByHeaders = ["Accept-Language", "X-Tenant"] },
                },
            },
            new() { Timeout = TimeSpan.FromSeconds(1) },
        ],
        options => Assert.Empty(Failures(options)));

    [Fact]
    public void Every_failure_is_named()
    {
        Assert.Equal(
            [
                "OutputCaching:Policies:past:Expiration is -00:01:00; it must be 1 s to 1 day. Example: 00:01:00",
                "OutputCaching:Policies:long:Expiration is 1.00:00:01; it must be 1 s to 1 day. Example: 00:01:00",
                "OutputCaching:Policies:long:VaryByHeaders has '', which is not a header's name. Example: Accept-Language",
                "OutputCaching:Policies:long:VaryByHeaders has 'X-Tenant, X-Plan', which is not a header's name. Example: Accept-Language",
                "OutputCaching:KeyPrefix is empty; answers would lie among all other keys. Example: prodready:answers",
                "OutputCaching:Timeout is 00:00:00; it must be 5 ms to 1 s. Example: 00:00:00.050",
            ],
            Failures(new()
            {
                KeyPrefix = " ",
                Timeout = TimeSpan.Zero,
                Policies =
                {
                    ["past"] = new() { Expiration = TimeSpan.FromMinutes(-1) },
                    ["long"] = new() { Expiration = TimeSpan.FromSeconds(86_401), VaryByHeaders = ["Accept-Language", "", "X-Tenant, X-Plan"] },
                },
            }));
        Assert.Equal(
            "OutputCaching:Timeout is 00:00:01.0010000; it must be 5 ms to 1 s. Example: 00:00:00.050",
            Assert.Single(Failures(new() { Timeout = TimeSpan.FromMilliseconds(1001) })));
    }

    private static IEnumerable<string> Failures(OutputCachingOptions options) =>
        new ValidateOutputCachingOptions().Validate(null, options).Failures ?? [];
}
