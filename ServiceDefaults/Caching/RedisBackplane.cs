using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// FusionCache's ear: what other processes change leaves this one's memory. Whatever they did, it arrives as a removal, since FusionCache
/// would compare the two machines' clocks to decide whose value is newer, and a clock that is ahead would win for good.
/// </summary>
internal sealed class RedisBackplane(CacheRedis redis, ChangeFeed feed) : IFusionCacheBackplane
{
    private BackplaneSubscriptionOptions? _subscription;
    private Task? _listening;

    public void Subscribe(BackplaneSubscriptionOptions options) => _subscription = options;

    public ValueTask SubscribeAsync(BackplaneSubscriptionOptions options)
    {
        Subscribe(options);
        return ValueTask.CompletedTask;
    }

    public void Unsubscribe() => _subscription = null;

    public ValueTask UnsubscribeAsync()
    {
        Unsubscribe();
        return ValueTask.CompletedTask;
    }

    /// <summary>Not used by <see cref="Cache"/>: <see cref="RedisLevel"/> announces what it writes.</summary>
    public async ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        await redis.TryAsync(database => feed.AnnounceAsync(database, new Change(ChangeKind.Key, message.CacheKey!)));

    public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        throw new NotSupportedException();

    /// <summary>Listens to the channel; the library subscribes anew whenever it has reconnected.</summary>
    /// <remarks>It keeps what listens even where it cannot subscribe, and would call it once for each time that it was asked to.</remarks>
    public Task ListenAsync()
    {
        if (_listening is { IsCompleted: true, IsCompletedSuccessfully: false })
        {
            redis.Multiplexer.GetSubscriber().Unsubscribe(redis.Keys.Channel, null, CommandFlags.FireAndForget);
        }

        _listening = redis.Multiplexer.GetSubscriber().SubscribeAsync(redis.Keys.Channel, (_, message) => feed.Receive(message));
        return _listening;
    }

    /// <summary>Takes an entry out of memory.</summary>
    public void Forget(string key) => Tell(BackplaneMessageAction.EntryRemove, key);

    /// <summary>Lets an entry only stand in for one that cannot be read anew.</summary>
    public void Expire(string key) => Tell(BackplaneMessageAction.EntryExpire, key);

    private void Tell(BackplaneMessageAction action, string key) => _subscription?.IncomingMessageHandler?.Invoke(
        // Later than any entry, whatever clock it got its time from
        new BackplaneMessage(DateTimeOffset.MaxValue.Ticks) { SourceId = "another process", Action = action, CacheKey = key });
}
