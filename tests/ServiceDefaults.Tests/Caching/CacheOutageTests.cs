using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>Redis goes, freezes and comes back, empty.</summary>
public sealed class CacheOutageTests : IAsyncLifetime
{
    /// <summary>Longer than the bound, for a machine that does other things too; much shorter than the library's own.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private RedisProcess _redis = null!;
    private CacheNode _one = null!;
    private CacheNode _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _one = await CacheNode.StartAsync(_redis.ConnectionString, "outage", ("Cache:RedisTimeout", "00:00:00.250"));
        _other = await CacheNode.StartAsync(_redis.ConnectionString, "outage", ("Cache:RedisTimeout", "00:00:00.250"));
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_Redis_each_process_caches_in_memory_and_nobody_waits(bool frozen)
    {
        await _one.Cache.SetAsync("before", "kept", TimeSpan.FromMinutes(5), Cancellation);
        await (frozen ? _redis.FreezeAsync() : _redis.KillAsync());

        for (var call = 0; call < 50; call++)
        {
            Assert.Equal("kept", await BoundedAsync(() => _one.Cache.GetAsync<string>("before", Cancellation)));
            Assert.Equal($"made {call}", await BoundedAsync(() => _one.Cache.GetOrSetAsync(
                $"key {call}", _ => Task.FromResult($"made {call}"), new CacheEntryOptions { Tags = ["tag"] }, Cancellation)));
            await BoundedAsync(async () =>
            {
                await _one.Cache.SetAsync("set", call, cancellationToken: Cancellation);
                return 0;
            });
            Assert.Equal(call, await BoundedAsync(() => _one.Cache.GetAsync<int>("set", Cancellation)));
            Assert.Null(await BoundedAsync(() => _one.Cache.GetAsync<string>("nowhere", Cancellation)));
        }

        await BoundedAsync(async () =>
        {
            await _one.Cache.RemoveAsync("key 1", Cancellation);
            await _one.Cache.RemoveByPatternAsync("key 2*", Cancellation);
            return 0;
        });
        Assert.Equal([null, null, "made 3"], new[]
        {
            await _one.Cache.GetAsync<string>("key 1", Cancellation),
            await _one.Cache.GetAsync<string>("key 20", Cancellation),
            await _one.Cache.GetAsync<string>("key 3", Cancellation),
        });
        await BoundedAsync(async () =>
        {
            await _one.Cache.RemoveByTagAsync("tag", Cancellation);
            return 0;
        });
        Assert.Null(await _one.Cache.GetAsync<string>("key 3", Cancellation));

        await Eventually.ReadAsync(() => Task.FromResult(_one.Log.Count), lines => lines > 0);
        // One line of the cache, and one of the connection if it was lost
        Assert.InRange(_one.Log.Count, 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_changed_without_Redis_reaches_the_other_when_it_is_back(bool frozen)
    {
        var source = "old";
        CacheEntryOptions options = new() { Tags = ["tag"] };
        string[] keys = ["set", "removed", "tagged", "pattern:1"];
        foreach (var key in keys)
        {
            await _one.Cache.SetAsync(key, source, options, Cancellation);
            Assert.Equal("old", await ReadAsync(_other, key));
        }

        await (frozen ? _redis.FreezeAsync() : _redis.KillAsync());
        source = "new";
        await _one.Cache.SetAsync("set", source, options, Cancellation);
        await _one.Cache.RemoveAsync("removed", Cancellation);
        await _one.Cache.RemoveByTagAsync("tag", Cancellation);
        await _one.Cache.RemoveByPatternAsync("pattern:*", Cancellation);
        await (frozen ? _redis.ThawAsync() : _redis.RestartAsync());

        foreach (var key in keys)
        {
            await Eventually.ReadAsync(() => ReadAsync(_other, key), value => value == "new");
            await Eventually.ReadAsync(() => ReadAsync(_one, key), value => value == "new");
        }

        Task<string> ReadAsync(CacheNode node, string key) =>
            node.Cache.GetOrSetAsync(key, _ => Task.FromResult(source), options, Cancellation).AsTask();
    }

    /// <summary>So short that no connection is lost, and nothing else makes anybody forget what it knows.</summary>
    [Fact]
    public async Task A_tag_that_is_new_while_Redis_is_frozen_is_shared_afterwards()
    {
        CacheEntryOptions options = new() { Tags = ["new"] };
        await _redis.FreezeAsync();
        await _one.Cache.SetAsync("key", "alone", options, Cancellation);
        Assert.Equal("alone", await _one.Cache.GetAsync<string>("key", Cancellation));
        await _redis.ThawAsync();
        await Eventually.ReadAsync(async () => await _one.Cache.GetAsync<string>("key", Cancellation), value => value is null);

        await IsSharedAsync(options);
    }

    /// <summary>So many changes that the removal of the tag itself is no longer known when Redis is back, only that all must go.</summary>
    [Fact]
    public async Task A_tag_that_is_removed_among_too_many_changes_is_shared_afterwards()
    {
        CacheEntryOptions options = new() { Tags = ["tag"] };
        await _redis.FreezeAsync();
        // What is asked first is done when Redis goes on, answered or not; what comes after it is not asked
        await _one.Cache.RemoveAsync("asked", Cancellation);
        await _one.Cache.RemoveByTagAsync("tag", Cancellation);
        for (var change = 0; change <= 10_000; change++)
        {
            _one.Get<PendingChanges>().Add(new Change(ChangeKind.Key, $"other {change}"));
        }

        await _redis.ThawAsync();

        await IsSharedAsync(options);
    }

    [Fact]
    public async Task After_a_reconnect_memory_is_not_believed()
    {
        await _one.Cache.SetAsync("key", "old", cancellationToken: Cancellation);
        // A read that takes too long is a miss, and not kept
        await Eventually.ReadAsync(async () => await _other.Cache.GetAsync<string>("key", Cancellation), value => value == "old");

        // All that Redis knew is gone, the numbers of its changes too
        await _redis.KillAsync();
        await _redis.RestartAsync();

        await Eventually.ReadAsync(async () => await _other.Cache.GetAsync<string>("key", Cancellation), value => value is null);
        await Eventually.ReadAsync(async () => await _one.Cache.GetAsync<string>("key", Cancellation), value => value is null);
        // And they hear each other again
        await _one.Cache.SetAsync("key", "new", cancellationToken: Cancellation);
        await Eventually.ReadAsync(async () => await _other.Cache.GetAsync<string>("key", Cancellation), value => value == "new");
        await _other.Cache.RemoveAsync("key", Cancellation);
        await Eventually.ReadAsync(async () => await _one.Cache.GetAsync<string>("key", Cancellation), value => value is null);
    }

    [Fact]
    public async Task Without_Redis_an_entry_past_its_time_stands_in()
    {
        CacheEntryOptions options = new() { Ttl = TimeSpan.FromMilliseconds(1), StaleFor = TimeSpan.FromMinutes(5) };
        await _one.Cache.SetAsync("key", "old", options, Cancellation);
        await _one.Cache.SetAsync("never", "old", options with { StaleFor = TimeSpan.Zero }, Cancellation);
        await Eventually.ReadAsync(async () => await _one.Cache.GetAsync<string>("key", Cancellation), value => value is null);

        await _redis.KillAsync();

        await Eventually.ReadAsync(async () => await _one.Cache.GetAsync<string>("key", Cancellation), value => value == "old");
        Assert.Null(await _one.Cache.GetAsync<string>("never", Cancellation));
        Assert.NotEqual(0, _one.Requests("stale"));
    }

    [Fact]
    public async Task A_process_that_started_without_Redis_shares_once_it_is_there()
    {
        await _redis.KillAsync();
        var started = Stopwatch.GetTimestamp();
        await using var late = await CacheNode.StartAnywayAsync(_redis.ConnectionString, "outage");
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(1, await late.Cache.GetOrSetAsync("key", _ => Task.FromResult(1), cancellationToken: Cancellation));

        await _redis.RestartAsync();

        await Eventually.ReadAsync(
            async () =>
            {
                await late.Cache.SetAsync("key", 2, cancellationToken: Cancellation);
                return await _one.Cache.GetAsync<int>("key", Cancellation);
            },
            value => value == 2);
    }

    /// <summary>No look at Redis but those that the start itself makes.</summary>
    [Fact]
    public async Task Who_starts_while_Redis_hesitates_shares_from_its_start_on()
    {
        await using var node = await CacheNode.StartAsync(_redis.ConnectionString, "outage", ("Cache:RedisTimeout", "00:00:01"));
        await node.Get<IEnumerable<IHostedService>>().OfType<CacheWorker>().Single().StopAsync(Cancellation);
        using var worker = ActivatorUtilities.CreateInstance<CacheWorker>(node.Get<IServiceProvider>(), new FakeTimeProvider());
        await _redis.FreezeAsync();
        var starting = worker.StartAsync(Cancellation);
        await Eventually.ReadAsync(() => Task.FromResult(node.Log.Count), lines => lines > 0);
        await _redis.ThawAsync();
        await starting;

        Assert.True(node.Get<CacheRedis>().IsUsable, node.State);
        await worker.StopAsync(Cancellation);
    }

    private Task<string?> IsSharedAsync(CacheEntryOptions options) => Eventually.ReadAsync(
        async () =>
        {
            await _one.Cache.SetAsync("key", "shared", options, Cancellation);
            return await _other.Cache.GetAsync<string>("key", Cancellation);
        },
        value => value == "shared");

    private static async Task<T> BoundedAsync<T>(Func<ValueTask<T>> operation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await operation();
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Patience);
        return result;
    }
}
