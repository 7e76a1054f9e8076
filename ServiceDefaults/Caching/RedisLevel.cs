using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// The level that all processes share. An entry begins with a mark that no other entry has. A removal leaves a gravestone, which is such
/// a mark alone: a factory that read its source before the removal finds that the mark has changed, and its value is not stored.
/// Setting and removing announce themselves in the same batch, so that a process that dies in between cannot do the one without the
/// other.
/// </summary>
internal sealed class RedisLevel(
    CacheRedis redis, ChangeFeed feed, Flights flights, PendingChanges pending, TimeProvider time) : IDistributedCache
{
    private const byte Gravestone = 0;
    private const byte Entry = 1;

    /// <summary>One byte for the kind, and 8 at random.</summary>
    private const int MarkLength = 9;

    /// <summary>Longer than any message is on its way; a factory that takes longer is overtaken by the message itself.</summary>
    private static readonly TimeSpan GravestoneTime = TimeSpan.FromMinutes(5);

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        var flight = flights.CurrentOf(key);
        if (flight is not null)
        {
            flights.Start(flight, feed.Fence);
        }

        var (done, value) = await redis.TryAsync(database => database.StringGetAsync(redis.Keys.Entry(key)));
        if (!done || (byte[]?)value is not { Length: >= MarkLength } entry)
        {
            return null;
        }

        if (flight is not null)
        {
            flight.Seen = entry[..MarkLength];
        }

        return entry[0] == Entry ? entry[MarkLength..] : null;
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        byte[] entry = [.. NewMark(Entry), .. value];
        var lifetime = options.AbsoluteExpirationRelativeToNow ?? (options.AbsoluteExpiration - time.GetUtcNow()) ?? TimeSpan.FromDays(1);
        if (lifetime < TimeSpan.FromMilliseconds(1))
        {
            return;
        }

        if (flights.CurrentOf(key) is { } flight)
        {
            await SetIfUnchangedAsync(flight, entry, lifetime);
        }
        else
        {
            await ChangeAsync(key, entry, lifetime);
        }
    }

    public Task RemoveAsync(string key, CancellationToken token = default) =>
        ChangeAsync(key, NewMark(Gravestone), GravestoneTime);

    /// <summary>
    /// Whether a change whose answer was missed is the last one of its key. If so, it is announced, as that may have been lost too. Where
    /// Redis cannot be asked, it is asked again later.
    /// </summary>
    public async Task<bool> HasArrivedAsync(string key, byte[] mark)
    {
        var change = new Change(ChangeKind.Key, key);
        var (done, found) = await redis.TryAsync(database => database.StringGetRangeAsync(redis.Keys.Entry(key), 0, MarkLength - 1));
        if (done && !((byte[]?)found).AsSpan().SequenceEqual(mark))
        {
            return false;
        }

        if (!done || !(await redis.TryAsync(database => feed.AnnounceAsync(database, change))).Done)
        {
            pending.Add(change, mark);
        }

        return true;
    }

    /// <summary>Drops an entry that nobody may use any more, without a word to the others: they find out as this process did.</summary>
    public async Task<bool> DiscardAsync(string key, byte[] mark) => (await redis.TryAsync(database => database.ScriptEvaluateAsync(
        CacheScripts.RemoveIfUnchanged, [redis.Keys.Entry(key)], [mark, MarkLength]))).Done;

    // FusionCache's asynchronous operations use no others
    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    private static byte[] NewMark(byte kind)
    {
        var mark = new byte[MarkLength];
        RandomNumberGenerator.Fill(mark.AsSpan(1));
        mark[0] = kind;
        return mark;
    }

    private async Task ChangeAsync(string key, byte[] entry, TimeSpan lifetime)
    {
        var change = new Change(ChangeKind.Key, key);
        var (done, _) = await redis.TryAsync(async database =>
        {
            var batch = database.CreateBatch();
            Task[] commands = [batch.StringSetAsync(redis.Keys.Entry(key), entry, lifetime), feed.AnnounceIn(batch, change)];
            batch.Execute();
            await Task.WhenAll(commands);
            return true;
        });
        if (!done)
        {
            pending.Add(change, entry[..MarkLength]);
        }
    }

    private async Task SetIfUnchangedAsync(Flight flight, byte[] entry, TimeSpan lifetime)
    {
        if (flight.IsOvertaken)
        {
            return;
        }

        RedisKey key = redis.Keys.Entry(flight.Key);
        var (done, isSet) = await redis.TryAsync(async database => (bool)await database.ScriptEvaluateAsync(
            CacheScripts.SetIfUnchanged, [key], [flight.Seen, entry, (long)lifetime.TotalMilliseconds, MarkLength]));
        if (!done)
        {
            return;
        }

        // The entry is there now. A removal by pattern that began before may have looked for it too early; it moved the fence first
        var (known, fence) = isSet ? await redis.TryAsync(feed.ReadFenceAsync) : default;
        if (isSet && known && fence == flight.Fence)
        {
            return;
        }

        flight.IsOvertaken = true;
        if (isSet && !await DiscardAsync(flight.Key, entry[..MarkLength]))
        {
            pending.Add(new Change(ChangeKind.Key, flight.Key));
        }
    }
}
