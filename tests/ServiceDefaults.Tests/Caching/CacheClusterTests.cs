using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>The cache of two processes on a Redis Cluster, which runs no script whose keys lie in different slots.</summary>
public sealed class CacheClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(TwoProcessTests.Changes), MemberType = typeof(TwoProcessTests))]
    public async Task A_change_reaches_the_other(string change)
    {
        await using var redis = await RedisProcess.StartClusterAsync();
        await using var one = await CacheNode.StartAsync(redis.ConnectionString, "cluster");
        await using var other = await CacheNode.StartAsync(redis.ConnectionString, "cluster");
        for (var key = 0; key < 20; key++)
        {
            await one.Cache.SetAsync($"key:{key}", "old", new CacheEntryOptions { Tags = ["tag"] }, Cancellation);
            Assert.Equal("old", await other.Cache.GetAsync<string>($"key:{key}", Cancellation));
        }

        await (change switch
        {
            "set" => one.Cache.SetAsync("key:7", "new", cancellationToken: Cancellation),
            "remove" => one.Cache.RemoveAsync("key:7", Cancellation),
            "tag" => one.Cache.RemoveByTagAsync("tag", Cancellation),
            _ => one.Cache.RemoveByPatternAsync("key:*", Cancellation),
        });

        await Eventually.ReadAsync(
            async () => await other.Cache.GetAsync<string>("key:7", Cancellation), value => value == (change == "set" ? "new" : null));
        Assert.Equal(
            change is "set" or "remove" ? "old" : null, await other.Cache.GetAsync<string>("key:8", Cancellation));
        Assert.Equal("made", await one.Cache.GetOrSetAsync("key:made", _ => Task.FromResult("made"), cancellationToken: Cancellation));
        Assert.Equal((0, 0), (one.Log.Count, other.Log.Count));
    }
}
