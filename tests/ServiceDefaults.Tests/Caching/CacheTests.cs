using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>What one process gets from its cache.</summary>
public sealed class CacheTests(DataStores stores) : IAsyncLifetime
{
    private CacheNode _node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Cache Cache => _node.Cache;

    public async ValueTask InitializeAsync() =>
        _node = await CacheNode.StartAsync(stores.RedisConnectionString, DataStores.CreateRedisPrefix(), ("Cache:FactoryTimeout", "00:00:00.050"));

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task What_was_set_is_read_until_it_is_removed()
    {
        Assert.Null(await Cache.GetAsync<User>("user:1", Cancellation));

        await Cache.SetAsync("user:1", new User("Ada", 36), TimeSpan.FromMinutes(1), Cancellation);
        Assert.Equal(new User("Ada", 36), await Cache.GetAsync<User>("user:1", Cancellation));

        await Cache.RemoveAsync("user:1", Cancellation);
        Assert.Null(await Cache.GetAsync<User>("user:1", Cancellation));
        Assert.Equal((1L, 2L, 0L), (_node.Requests("hit"), _node.Requests("miss"), _node.Requests("stale")));
        Assert.Equal(1 / 3.0, _node.Measure("prodready.cache.hit_ratio"), 6);
    }

    [Fact]
    public async Task A_thousand_callers_cause_one_call_of_the_factory()
    {
        var calls = 0;
        var asked = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await Cache.GetOrSetAsync("key", async token =>
        {
            Interlocked.Increment(ref calls);
            await asked.Task.WaitAsync(token);
            return "made";
        }))).ToList();
        await Eventually.ReadAsync(() => Task.FromResult(Volatile.Read(ref calls)), made => made > 0);
        asked.SetResult();

        Assert.All(await Task.WhenAll(callers), value => Assert.Equal("made", value));

        Assert.Equal(1, calls);
        Assert.Equal((999L, 1L), (_node.Requests("hit"), _node.Requests("miss")));
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_take_the_others_along()
    {
        using var impatience = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var first = Cache.GetOrSetAsync(
            "key",
            async token =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
                return "first";
            },
            cancellationToken: impatience.Token).AsTask();
        await begun.Task;
        var second = Cache.GetOrSetAsync("key", _ => Task.FromResult("second"), cancellationToken: Cancellation).AsTask();

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("second", await second);
    }

    [Fact]
    public async Task Nothing_is_cached_too()
    {
        var calls = 0;
        for (var call = 0; call < 3; call++)
        {
            Assert.Null(await Cache.GetOrSetAsync(
                "unknown", _ => Task.FromResult<User?>(++calls == 1 ? null : new User("Ada", 36)), cancellationToken: Cancellation));
        }

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Every_kind_of_value_comes_back_from_Redis_as_it_was()
    {
        await Cache.SetAsync("tuple", (1, "two"), cancellationToken: Cancellation);
        await Cache.SetAsync("list", new List<int> { 1, 2 }, cancellationToken: Cancellation);
        await Cache.SetAsync("bytes", new byte[] { 0, 255 }, cancellationToken: Cancellation);
        await Cache.SetAsync("number", 7, cancellationToken: Cancellation);
        _node.Get<CacheEntries>().Clear();

        Assert.Equal((1, "two"), await Cache.GetAsync<(int, string)>("tuple", Cancellation));
        Assert.Equal([1, 2], (await Cache.GetAsync<List<int>>("list", Cancellation))!);
        Assert.Equal([0, 255], (await Cache.GetAsync<byte[]>("bytes", Cancellation))!);
        Assert.Equal(7, await Cache.GetAsync<int>("number", Cancellation));
    }

    [Fact]
    public async Task What_another_version_wrote_is_made_anew()
    {
        await Cache.SetAsync("key", "no user", cancellationToken: Cancellation);
        _node.Get<CacheEntries>().Clear();

        Assert.Equal("Ada", (await Cache.GetOrSetAsync("key", _ => Task.FromResult(new User("Ada", 36)), cancellationToken: Cancellation)).Name);
    }

    [Fact]
    public async Task An_entry_ends_with_its_time_to_live()
    {
        await Cache.SetAsync("short", 1, new CacheEntryOptions { Ttl = TimeSpan.FromMilliseconds(50), StaleFor = TimeSpan.Zero }, Cancellation);

        await Eventually.ReadAsync(async () => await Cache.GetAsync<int>("short", Cancellation), value => value == 0);
    }

    [Fact]
    public async Task While_its_factory_fails_a_stale_value_stands_in()
    {
        CacheEntryOptions options = new() { Ttl = TimeSpan.FromMilliseconds(1), StaleFor = TimeSpan.FromMinutes(1) };
        await Cache.SetAsync("key", "old", options, Cancellation);
        await Eventually.ReadAsync(async () => await Cache.GetAsync<string>("key", Cancellation), value => value is null);

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal("old", await Cache.GetOrSetAsync(
                "key", Task<string> (_) => throw new InvalidOperationException("the source is down"), options, Cancellation));
        }

        Assert.Equal(20, _node.Requests("stale"));
        Assert.Contains("The factory of key failed", Assert.Single(_node.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_must_never_be_stale_is_not()
    {
        CacheEntryOptions options = new() { Ttl = TimeSpan.FromMilliseconds(1), StaleFor = TimeSpan.Zero };
        await Cache.SetAsync("key", "old", options, Cancellation);
        await Eventually.ReadAsync(async () => await Cache.GetAsync<string>("key", Cancellation), value => value is null);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await Cache.GetOrSetAsync(
            "key", Task<string> (_) => throw new InvalidOperationException("the source is down"), options, Cancellation));

        Assert.Equal("the source is down", failure.Message);
    }

    [Fact]
    public async Task While_its_factory_is_slow_a_stale_value_stands_in()
    {
        CacheEntryOptions options = new() { Ttl = TimeSpan.FromMilliseconds(1), StaleFor = TimeSpan.FromMinutes(1) };
        await Cache.SetAsync("key", "old", options, Cancellation);
        await Eventually.ReadAsync(async () => await Cache.GetAsync<string>("key", Cancellation), value => value is null);
        var slow = new TaskCompletionSource<string>();

        Assert.Equal("old", await Cache.GetOrSetAsync("key", _ => slow.Task, TimeSpan.FromMinutes(1), Cancellation));

        slow.SetResult("new");
        await Eventually.ReadAsync(async () => await Cache.GetAsync<string>("key", Cancellation), value => value == "new");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_key_is_needed(string? key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.GetAsync<int>(key!, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.SetAsync(key!, 1, cancellationToken: Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.RemoveAsync(key!, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.RemoveByTagAsync(key!, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.RemoveByPatternAsync(key!, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    public async Task A_time_to_live_has_its_limits(int days) => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        async () => await Cache.SetAsync("key", 1, TimeSpan.FromDays(days), Cancellation));

    private sealed record User(string Name, int Age);
}
