using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Caching;

namespace ProdReady.ServiceDefaults.Tests.Caching;

public sealed class CacheOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.True(new ValidateCacheOptions().Validate(null, new CacheOptions()).Succeeded);

    [Fact]
    public void Every_failure_is_named()
    {
        var options = new CacheOptions
        {
            KeyPrefix = "cache*",
            DefaultTtl = TimeSpan.Zero,
            StaleFor = TimeSpan.FromDays(31),
            Jitter = 0.6,
            RedisTimeout = TimeSpan.FromSeconds(3),
            FactoryTimeout = TimeSpan.FromMinutes(2),
            MaxEntries = 10,
        };

        Assert.Equal(
            [
                "Cache:KeyPrefix must be 1 to 64 letters, digits, dots, colons, dashes or underscores. Example: prodready:cache",
                "Cache:DefaultTtl is 00:00:00; it must be 1 s to 30 days. Example: 00:05:00",
                "Cache:StaleFor is 31.00:00:00; it must be 0 to 30 days. Example: 01:00:00",
                "Cache:RedisTimeout is 00:00:03; it must be 10 ms to 2 s. Example: 00:00:00.250",
                "Cache:FactoryTimeout is 00:02:00; it must be 10 ms to 60 s. Example: 00:00:01",
                "Cache:Jitter is 0.6; it must be 0 to 0.5. Example: 0.1",
                "Cache:MaxEntries is 10; it must be 100 to 10000000. Example: 100000",
            ],
            new ValidateCacheOptions().Validate(null, options).Failures);
    }

    [Fact]
    public void Entries_do_not_end_together()
    {
        var policy = new EntryPolicy(Options.Create(new CacheOptions { Jitter = 0.2 }), TimeProvider.System);

        var lifetimes = Enumerable.Range(0, 1000).Select(_ => policy.For(TimeSpan.FromSeconds(100)).Duration).ToList();

        Assert.All(lifetimes, lifetime => Assert.InRange(lifetime, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(100)));
        Assert.True(lifetimes.Max() - lifetimes.Min() > TimeSpan.FromSeconds(15));
    }
}
