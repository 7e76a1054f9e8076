using ProdReady.Gateway.RateLimiting;

namespace ProdReady.Gateway.Tests.RateLimiting;

public sealed class ValidateRateLimitingOptionsTests
{
    [Fact]
    public void Every_wrong_setting_is_told_in_one_message()
    {
        var options = new RateLimitingOptions
        {
            KeyPrefix = "{x}",
            Timeout = TimeSpan.FromMinutes(1),
            LocalShare = 0,
            MaxPartitions = 10,
            Policies =
            {
                ["two words"] = new() { Limit = 1, Window = TimeSpan.FromSeconds(1) },
                ["all"] = new()
                {
                    Limit = 0,
                    Window = TimeSpan.FromMilliseconds(1500),
                    Algorithm = "leaky",
                    Partition = "ip+cookie",
                    FailureMode = "maybe",
                    Mode = "warn",
                    Cost = 2,
                },
                ["running"] = new() { Limit = 5, Window = TimeSpan.FromSeconds(1), Algorithm = "concurrency", Cost = 2 },
            },
            Plans = { ["gold"] = new() { Limit = 5_000_000, Window = TimeSpan.FromDays(2) } },
        };

        var failures = Validate(options, ("ReverseProxy:Routes:api:RateLimiterPolicy", "all, other"));

        Assert.Equal(
            [
                "RateLimiting:Policies:two words is not a name; it must be of letters, digits, '-', '_' and '.'. Example: general",
                "RateLimiting:Policies:all:Limit is 0; it must be 1 to 1000000. Example: 100",
                "RateLimiting:Policies:all:Window is 00:00:01.5000000; it must be 1 s to 1 day, in whole seconds. Example: 00:15:00",
                "RateLimiting:Policies:all:Algorithm is 'leaky'; it must be sliding, fixed, token-bucket or concurrency. Example: sliding",
                "RateLimiting:Policies:all:Partition is 'ip+cookie'; it must be ip, api-key, user, header:Name, route:name or global, "
                    + "or several joined by '+'. Example: ip",
                "RateLimiting:Policies:all:FailureMode is 'maybe'; it must be local, open or closed. Example: local",
                "RateLimiting:Policies:all:Mode is 'warn'; it must be enforce or shadow. Example: enforce",
                "RateLimiting:Policies:all:Cost is 2; it must be 1 to 1. Example: 1",
                "RateLimiting:Policies:running:Window is 00:00:01; of a concurrency policy it must be 10 s to 1 hour. Example: 00:01:00",
                "RateLimiting:Policies:running:Cost is 2; it must be 1 to 1. Example: 1",
                "RateLimiting:Plans:gold:Limit is 5000000; it must be 1 to 1000000. Example: 100",
                "RateLimiting:Plans:gold:Window is 2.00:00:00; it must be 1 s to 1 day, in whole seconds. Example: 00:15:00",
                "ReverseProxy:Routes:api:RateLimiterPolicy names 'other', but there is no RateLimiting:Policies:other. "
                    + "There are: all, running, two words",
                "RateLimiting:KeyPrefix is '{x}'; it must not be empty nor hold a brace. Example: prodready:limits",
                "RateLimiting:Timeout is 00:01:00; it must be 5 ms to 5 s. Example: 00:00:00.050",
                "RateLimiting:LocalShare is 0; it must be above 0, up to 1. Example: 0.5",
                "RateLimiting:MaxPartitions is 10; it must be 1000 to 10000000. Example: 200000",
            ],
            failures);
    }

    [Theory]
    [InlineData("ip")]
    [InlineData("api-key")]
    [InlineData("user+route:source")]
    [InlineData("header:X-Tenant + ip")]
    [InlineData("global")]
    public void Partitions_can_be_combined(string partition) => Assert.Empty(Validate(new()
    {
        Policies = { ["one"] = new() { Limit = 1, Window = TimeSpan.FromSeconds(1), Partition = partition } },
    }));

    [Theory]
    [InlineData("Default")]
    [InlineData("disable")]
    public void Yarps_own_words_for_no_policy_are_no_names(string words) =>
        Assert.Empty(Validate(new(), ("ReverseProxy:Routes:api:RateLimiterPolicy", words)));

    private static IEnumerable<string> Validate(RateLimitingOptions options, params (string Key, string? Value)[] settings) =>
        new ValidateRateLimitingOptions(new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value)).Build())
            .Validate(null, options).Failures ?? [];
}
