using Microsoft.Extensions.Caching.Distributed;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Caching;

/// <summary>What Redis itself refuses, while the message of a change is still on its way to the process that is about to store.</summary>
public sealed class RedisLevelTests(DataStores stores) : IAsyncLifetime
{
    private static readonly DistributedCacheEntryOptions Hour = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };
    private CacheNode _node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RedisLevel Level => _node.Get<RedisLevel>();

    public async ValueTask InitializeAsync() =>
        _node = await CacheNode.StartAsync(stores.RedisConnectionString, DataStores.CreateRedisPrefix());

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task What_a_factory_made_is_stored_if_nothing_happened() => Assert.Equal("made", await FlyAsync(() => Task.CompletedTask));

    [Fact]
    public async Task It_is_not_stored_after_a_removal() => Assert.Null(await FlyAsync(() => Level.RemoveAsync("key", Cancellation)));

    [Fact]
    public async Task It_is_not_stored_over_what_was_set() =>
        Assert.Equal("set", await FlyAsync(() => Level.SetAsync("key", "set"u8.ToArray(), Hour, Cancellation)));

    [Fact]
    public async Task It_is_not_stored_over_what_was_set_and_removed() => Assert.Null(await FlyAsync(async () =>
    {
        await Level.SetAsync("key", "set"u8.ToArray(), Hour, Cancellation);
        await Level.RemoveAsync("key", Cancellation);
    }));

    [Fact]
    public async Task It_is_not_left_after_a_removal_by_pattern() => Assert.Null(await FlyAsync(
        () => _node.Get<PatternRemoval>().RemoveAsync("k*")));

    [Fact]
    public async Task It_is_stored_after_a_removal_that_it_read()
    {
        await Level.RemoveAsync("key", Cancellation);
        Assert.Equal("made", await FlyAsync(() => Task.CompletedTask));
    }

    /// <summary>Reads, lets something happen, and stores as if no message had come.</summary>
    private async Task<string?> FlyAsync(Func<Task> meanwhile)
    {
        var flights = _node.Get<Flights>();
        var flight = new Flight("key");
        flights.Current = flight;
        await Level.GetAsync("key", Cancellation);
        flights.Current = null;
        await meanwhile();
        flight.IsOvertaken = false;
        flights.Current = flight;
        await Level.SetAsync("key", "made"u8.ToArray(), Hour, Cancellation);
        flights.Current = null;
        return await Level.GetAsync("key", Cancellation) is { } value ? System.Text.Encoding.UTF8.GetString(value) : null;
    }
}
