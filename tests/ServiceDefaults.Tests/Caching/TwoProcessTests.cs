using System.Collections.Concurrent;
using System.Diagnostics;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>What one process changes, the other does not keep.</summary>
public sealed class TwoProcessTests(DataStores stores) : IAsyncLifetime
{
    /// <summary>How long after a change an old value may be served. The look that finds what no message told is every 250 ms.</summary>
    private static readonly TimeSpan LongestStale = TimeSpan.FromSeconds(1);

    private CacheNode _one = null!;
    private CacheNode _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var prefix = DataStores.CreateRedisPrefix();
        _one = await CacheNode.StartAsync(stores.RedisConnectionString, prefix);
        _other = await CacheNode.StartAsync(stores.RedisConnectionString, prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    public static TheoryData<string> Changes => ["set", "remove", "tag", "pattern"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_reaches_the_other(string change)
    {
        await BothHaveAsync("old");

        await ChangeAsync(change);

        await SeesAsync(_other, change == "set" ? "new" : null);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_reaches_the_other_without_its_message(string change)
    {
        await BothHaveAsync("old");
        await _other.Redis.GetSubscriber().UnsubscribeAllAsync();

        var begun = Stopwatch.GetTimestamp();
        await ChangeAsync(change);
        var changed = Stopwatch.GetTimestamp();
        var lastOld = await LastReadAsync("old");

        // From the change's end on: before that, either value is right
        Assert.True(
            Stopwatch.GetElapsedTime(changed, lastOld) < LongestStale,
            $"The old value was served for {Stopwatch.GetElapsedTime(changed, lastOld)}; the change took {Stopwatch.GetElapsedTime(begun, changed)}.");
        Assert.Equal(change == "set" ? "new" : null, await _other.Cache.GetAsync<string>("key", Cancellation));
    }

    [Fact]
    public async Task More_changes_than_Redis_keeps_reach_the_other_without_their_messages()
    {
        await BothHaveAsync("old");
        await _other.Redis.GetSubscriber().UnsubscribeAllAsync();
        // What is left of a list from which too much was cut off
        await _one.Redis.GetDatabase().KeyDeleteAsync(_one.Get<CacheRedis>().Keys.Log);
        await ChangeAsync("remove");
        await _one.Redis.GetDatabase().KeyDeleteAsync(_one.Get<CacheRedis>().Keys.Log);

        await SeesAsync(_other, null);
    }

    [Fact]
    public async Task A_read_that_changes_overtake_again_and_again_is_no_miss()
    {
        await _one.Cache.SetAsync("key", "value", new CacheEntryOptions { Tags = ["tag"] }, Cancellation);
        using var end = new CancellationTokenSource();
        var memory = _other.Get<CacheMemory>();
        var changes = Task.Run(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    memory.Apply(new Change(ChangeKind.Key, "key"));
                    memory.Apply(new Change(ChangeKind.Tag, "tag"));
                    memory.Distrust();
                }
            },
            Cancellation);

        for (var read = 0; read < 200; read++)
        {
            Assert.Equal("value", await _other.Cache.GetAsync<string>("key", Cancellation));
        }

        await end.CancelAsync();
        await changes;
    }

    [Fact]
    public async Task A_process_does_not_lose_what_it_set_itself()
    {
        for (var value = 1; value <= 50; value++)
        {
            await _one.Cache.SetAsync("key", value, cancellationToken: Cancellation);
            Assert.Equal(value, await _one.Cache.GetAsync<int>("key", Cancellation));
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_factory_that_began_before_a_change_does_not_bring_the_old_value_back(string change)
    {
        CacheEntryOptions options = new() { Tags = ["tag"] };
        var source = "old";
        var begun = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        var slow = _one.Cache.GetOrSetAsync(
            "key",
            async _ =>
            {
                var read = source;
                begun.TrySetResult();
                await held.Task;
                return read;
            },
            options,
            Cancellation).AsTask();
        await begun.Task;

        source = "new";
        await ChangeAsync(change);
        held.SetResult();
        await slow;

        foreach (var node in new[] { _one, _other, _one })
        {
            Assert.Equal("new", await node.Cache.GetOrSetAsync("key", _ => Task.FromResult(source), options, Cancellation));
        }
    }

    [Fact]
    public async Task Who_asks_after_a_removal_does_not_get_what_a_factory_read_before_it()
    {
        var source = "old";
        var begun = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        var slow = _one.Cache.GetOrSetAsync(
            "key",
            async _ =>
            {
                var read = source;
                begun.TrySetResult();
                await held.Task;
                return read;
            },
            cancellationToken: Cancellation).AsTask();
        await begun.Task;
        source = "new";
        await _one.Cache.RemoveAsync("key", Cancellation);
        var late = Enumerable.Range(0, 20).Select(_ => _one.Cache.GetOrSetAsync(
            "key", _ => Task.FromResult(source), cancellationToken: Cancellation).AsTask()).ToList();

        held.SetResult();

        Assert.All(await Task.WhenAll(late), value => Assert.Equal("new", value));
        Assert.Equal("new", await slow);
    }

    /// <summary>
    /// Both processes read and change a few entries at once, in every way there is. Then all must settle on what is true: an old value that
    /// somewhere got back would stay for minutes.
    /// </summary>
    [Fact]
    public async Task After_any_mix_of_reads_and_changes_both_hold_what_is_true()
    {
        CacheEntryOptions options = new() { Tags = ["tag"] };
        var truth = new ConcurrentDictionary<string, int>(Enumerable.Range(0, 4).Select(key => KeyValuePair.Create($"key:{key}", 0)));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        end.CancelAfter(TimeSpan.FromSeconds(3));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var cache = (worker % 2 == 0 ? _one : _other).Cache;
            while (!end.IsCancellationRequested)
            {
                var key = $"key:{random.Next(4)}";
                if (random.Next(4) > 0)
                {
                    await ReadAsync(cache, key, random.Next(3));
                }
                else
                {
                    var value = truth.AddOrUpdate(key, 0, (_, old) => old + 1);
                    await (random.Next(4) switch
                    {
                        0 => cache.RemoveByTagAsync("tag", Cancellation),
                        1 => cache.RemoveByPatternAsync("key:*", Cancellation),
                        2 => cache.RemoveByPatternAsync(Cache.EscapePattern(key), Cancellation),
                        _ => cache.RemoveAsync(key, Cancellation),
                    });
                }
            }
        })));

        foreach (var (key, value) in truth)
        {
            foreach (var node in new[] { _one, _other })
            {
                await Eventually.ReadAsync(() => ReadAsync(node.Cache, key, 0), read => read == value);
            }
        }

        Assert.Equal((0, 0), (_one.Log.Count, _other.Log.Count));

        async Task<int> ReadAsync(Cache cache, string key, int delay) => await cache.GetOrSetAsync(
            key,
            async _ =>
            {
                var read = truth[key];
                await Task.Delay(delay, CancellationToken.None);
                return read;
            },
            options,
            Cancellation);
    }

    private async Task BothHaveAsync(string value)
    {
        await _one.Cache.SetAsync("key", value, new CacheEntryOptions { Tags = ["tag"] }, Cancellation);
        Assert.Equal(value, await _one.Cache.GetAsync<string>("key", Cancellation));
        // For longer than messages of the setting may still be on their way
        var held = 0;
        await Eventually.ReadAsync(
            async () =>
            {
                held = _other.Get<CacheEntries>().Keys.Contains("key") ? held + 1 : 0;
                var read = await _other.Cache.GetAsync<string>("key", Cancellation);
                Assert.True(read == value, $"It read '{read}'. Its node: {_other.State} The one that set it: {_one.State}");
                return held;
            },
            looks => looks > 20);
    }

    /// <summary>Reads until the other process no longer serves a value.</summary>
    /// <returns>The time of the last read that began while it did.</returns>
    private async Task<long> LastReadAsync(string value)
    {
        var last = Stopwatch.GetTimestamp();
        await Eventually.ReadAsync(
            async () =>
            {
                var began = Stopwatch.GetTimestamp();
                var read = await _other.Cache.GetAsync<string>("key", Cancellation);
                last = read == value ? began : last;
                return read;
            },
            read => read != value);
        return last;
    }

    private static Task<string?> SeesAsync(CacheNode node, string? value) =>
        Eventually.ReadAsync(async () => await node.Cache.GetAsync<string>("key", Cancellation), read => read == value);

    private ValueTask ChangeAsync(string change) => change switch
    {
        "set" => _one.Cache.SetAsync("key", "new", new CacheEntryOptions { Tags = ["tag"] }, Cancellation),
        "remove" => _one.Cache.RemoveAsync("key", Cancellation),
        "tag" => _one.Cache.RemoveByTagAsync("tag", Cancellation),
        _ => _one.Cache.RemoveByPatternAsync("k*", Cancellation),
    };
}
