using System.Collections.Concurrent;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// Every tag has a version at random; removing by tag gives it another one, and entries that bear the old one are gone without being
/// looked for. Versions need no clock, and a version that is lost with Redis' memory takes its entries along.
/// </summary>
internal sealed class TagVersions(CacheRedis redis, ChangeFeed feed, PendingChanges pending)
{
    /// <summary>Longer than any entry lives.</summary>
    private static readonly TimeSpan Lifetime = (CacheEntryOptions.Longest * 2) + TimeSpan.FromDays(1);

    private const int MostKnown = 100_000;

    private readonly ConcurrentDictionary<string, long> _known = new();
    private int _forgotten;

    /// <summary>Whether this process knows, without asking, that an entry's tags are still what they were.</summary>
    public bool AreKnownCurrent(TagVersion[]? tags)
    {
        foreach (var tag in tags ?? [])
        {
            if (!_known.TryGetValue(tag.Name, out var version) || version != tag.Version)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether an entry's tags are still what they were; where Redis cannot be asked, what is not known to be old is current.</summary>
    public async ValueTask<bool> AreCurrentAsync(TagVersion[]? tags)
    {
        foreach (var tag in tags ?? [])
        {
            var version = await FindAsync(tag.Name);
            if (version is not null && version != tag.Version)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The versions to give to an entry whose source is about to be read.</summary>
    public async ValueTask<TagVersion[]?> StampAsync(IReadOnlyList<string>? tags)
    {
        if (tags is not { Count: > 0 })
        {
            return null;
        }

        var stamp = new TagVersion[tags.Count];
        for (var index = 0; index < stamp.Length; index++)
        {
            // Without Redis any version serves while this process is alone. It is not remembered: Redis has another one, and all that is
            // stamped with ours would be old to everybody else for good
            stamp[index] = new(tags[index], await FindAsync(tags[index]) ?? NewVersion());
        }

        return stamp;
    }

    /// <summary>Makes all entries of <paramref name="tag"/> old.</summary>
    public async Task RemoveAsync(string tag)
    {
        var version = NewVersion();
        _known[tag] = version;
        var change = new Change(ChangeKind.Tag, tag);
        var (done, _) = await redis.TryAsync(async database =>
        {
            var batch = database.CreateBatch();
            Task[] commands = [batch.StringSetAsync(redis.Keys.Tag(tag), version, Lifetime), feed.AnnounceIn(batch, change)];
            batch.Execute();
            await Task.WhenAll(commands);
            return true;
        });
        if (!done)
        {
            pending.Add(change);
            return;
        }

        // Another process may have removed by it at the same time; Redis knows whose version came last
        Forget(tag);
    }

    /// <summary>Another process removed by <paramref name="tag"/>.</summary>
    public void Forget(string tag)
    {
        Interlocked.Increment(ref _forgotten);
        _known.TryRemove(tag, out _);
    }

    public void ForgetAll()
    {
        Interlocked.Increment(ref _forgotten);
        _known.Clear();
    }

    private static long NewVersion() => Random.Shared.NextInt64(1, long.MaxValue);

    private async ValueTask<long?> FindAsync(string tag)
    {
        if (_known.TryGetValue(tag, out var version))
        {
            return version;
        }

        var forgotten = Volatile.Read(ref _forgotten);
        var key = redis.Keys.Tag(tag);
        var (done, found) = await redis.TryAsync(async database =>
        {
            var batch = database.CreateBatch();
            var created = batch.StringSetAsync(key, NewVersion(), Lifetime, When.NotExists);
            var read = batch.StringGetAsync(key);
            batch.Execute();
            await created;
            return (long)await read;
        });
        if (!done)
        {
            return null;
        }

        if (_known.Count >= MostKnown)
        {
            ForgetAll();
        }

        // Not if a removal was told of meanwhile: what was read may be from before it, and would be believed for good
        if (Volatile.Read(ref _forgotten) == forgotten)
        {
            _known.TryAdd(tag, found);
            if (Volatile.Read(ref _forgotten) != forgotten)
            {
                _known.TryRemove(KeyValuePair.Create(tag, found));
            }
        }

        return found;
    }
}
