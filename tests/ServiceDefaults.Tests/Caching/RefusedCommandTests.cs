using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>Redis answers, but not what was asked for. On both servers: they word their errors differently.</summary>
public sealed class RefusedCommandTests(DataStores stores)
{
    private readonly string _prefix = DataStores.CreateRedisPrefix();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("embedded")]
    [InlineData("redis-server")]
    public async Task A_look_that_is_refused_does_not_keep_what_is_set_from_Redis(string server)
    {
        await using var redis = await RedisAsync(server);
        await using var node = await CacheNode.StartAsync(redis?.ConnectionString ?? stores.RedisConnectionString, _prefix);
        var (database, way) = (node.Redis.GetDatabase(), node.Get<CacheRedis>());
        await database.StringSetAsync(way.Keys.State, "not a hash");
        await Assert.ThrowsAsync<RedisServerException>(() => way.ProbeAsync(node.Get<ChangeFeed>().LookAsync));
        await database.KeyDeleteAsync(way.Keys.State);

        await node.Cache.SetAsync("key", "value", cancellationToken: Cancellation);

        Assert.True(await database.KeyExistsAsync(way.Keys.Entry("key")), node.State);
    }

    /// <summary>As after a failover, or an operator's SCRIPT FLUSH: the library believes that the server has its scripts.</summary>
    [Theory]
    [InlineData("embedded")]
    [InlineData("redis-server")]
    public async Task A_server_that_has_forgotten_its_scripts_is_no_outage(string server)
    {
        await using var redis = await RedisAsync(server);
        var connection = redis?.ConnectionString ?? stores.RedisConnectionString;
        await using var node = await CacheNode.StartAsync(connection, _prefix);
        // Not by the node's own connection, which would take note
        await using var operators = await ConnectionMultiplexer.ConnectAsync($"{connection},allowAdmin=true");
        await node.Cache.SetAsync("key", "old", cancellationToken: Cancellation);

        Func<ValueTask>[] changes =
        [
            () => node.Cache.SetAsync("key", "new", cancellationToken: Cancellation),
            () => node.Cache.RemoveByTagAsync("tag", Cancellation),
        ];
        foreach (var change in changes)
        {
            await operators.GetServers()[0].ScriptFlushAsync();
            await change();
            Assert.True(node.Get<CacheRedis>().IsUsable, node.State);
        }
    }

    /// <summary>Otherwise looks would wait for thousands of refusals, and lost messages with them.</summary>
    [Fact]
    public async Task What_Redis_goes_on_refusing_does_not_keep_a_flush_busy()
    {
        var pending = new PendingChanges();
        for (var change = 0; change < 5_000; change++)
        {
            pending.Add(new Change(ChangeKind.Key, $"key {change}"));
        }

        var tried = 0;
        await pending.FlushAsync(RefuseAsync, () => true);

        Assert.InRange(tried, 1, 100);

        Task RefuseAsync(Change change, byte[]? mark)
        {
            tried++;
            pending.Add(change, mark);
            return Task.CompletedTask;
        }
    }

    private static async Task<RedisProcess?> RedisAsync(string server) => server == "embedded" ? null : await RedisProcess.StartAsync();
}
