using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>Removals of many entries at once.</summary>
public sealed class RemovalTests(DataStores stores) : IAsyncLifetime
{
    private CacheNode _node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Cache Cache => _node.Cache;

    public async ValueTask InitializeAsync() =>
        _node = await CacheNode.StartAsync(stores.RedisConnectionString, DataStores.CreateRedisPrefix());

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_tag_takes_all_its_entries_along()
    {
        CacheEntryOptions both = new() { Tags = ["users", "admins"] };
        await Cache.SetAsync("1", "one", new CacheEntryOptions { Tags = ["users"] }, Cancellation);
        await Cache.SetAsync("2", "two", both, Cancellation);
        await Cache.SetAsync("3", "three", cancellationToken: Cancellation);

        await Cache.RemoveByTagAsync("admins", Cancellation);
        Assert.Equal(["one", null, "three"], await ReadAsync("1", "2", "3"));

        await Cache.SetAsync("2", "new", both, Cancellation);
        Assert.Equal(["one", "new", "three"], await ReadAsync("1", "2", "3"));

        await Cache.RemoveByTagAsync("users", Cancellation);
        Assert.Equal([null, null, "three"], await ReadAsync("1", "2", "3"));
    }

    [Fact]
    public async Task After_a_tags_removal_a_thousand_callers_cause_one_call_of_the_factory()
    {
        CacheEntryOptions options = new() { Tags = ["tag"] };
        await Cache.SetAsync("key", "old", options, Cancellation);
        await Cache.RemoveByTagAsync("tag", Cancellation);
        var calls = 0;

        var values = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await Cache.GetOrSetAsync(
            "key",
            async _ =>
            {
                Interlocked.Increment(ref calls);
                await Task.Yield();
                return "new";
            },
            options))));

        Assert.All(values, value => Assert.Equal("new", value));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_pattern_takes_what_matches_and_nothing_else()
    {
        List<string> keys = ["user:1", "user:[2]", "user:ü", "users:1", "user", "User:1", "xuser:1"];
        foreach (var key in keys)
        {
            await Cache.SetAsync(key, key, cancellationToken: Cancellation);
        }

        string?[] left = [null, null, null, .. keys.Skip(3)];
        await Cache.RemoveByPatternAsync("user:*", Cancellation);
        Assert.Equal(left, await ReadAsync([.. keys]));

        // Also not from Redis
        _node.Get<CacheEntries>().Clear();
        Assert.Equal(left, await ReadAsync([.. keys]));

        await Cache.SetAsync("user:1", "again", cancellationToken: Cancellation);
        Assert.Equal(["again"], await ReadAsync("user:1"));
    }

    [Theory]
    [InlineData("a*b", "axb")]
    [InlineData("a?b", "axb")]
    [InlineData("a[xy]b", "axb")]
    [InlineData("a\\*b", "a*b")]
    public async Task An_escaped_key_matches_itself_alone(string key, string other)
    {
        await Cache.SetAsync(key, "this", cancellationToken: Cancellation);
        await Cache.SetAsync(other, "other", cancellationToken: Cancellation);

        await Cache.RemoveByPatternAsync(Cache.EscapePattern(key), Cancellation);

        _node.Get<CacheEntries>().Clear();
        Assert.Equal([null, "other"], await ReadAsync(key, other));
    }

    [Fact]
    public async Task A_pattern_finds_more_keys_than_a_page_holds()
    {
        var keys = Enumerable.Range(0, 2500).Select(number => $"many:{number}").ToArray();
        await Task.WhenAll(keys.Select(key => Cache.SetAsync(key, "x", cancellationToken: Cancellation).AsTask()));

        await Cache.RemoveByPatternAsync("many:*", Cancellation);

        _node.Get<CacheEntries>().Clear();
        Assert.All(await ReadAsync(keys), Assert.Null);
    }

    private async Task<string?[]> ReadAsync(params string[] keys)
    {
        var values = new List<string?>();
        foreach (var key in keys)
        {
            values.Add(await Cache.GetAsync<string>(key, Cancellation));
        }

        return [.. values];
    }
}
