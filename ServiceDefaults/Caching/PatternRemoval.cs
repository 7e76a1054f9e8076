using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// Removes entries by a pattern from Redis with SCAN and UNLINK, a page at a time, so that Redis serves others in between; KEYS would
/// stop it. It is announced before, which keeps factories that have begun from storing what they read, and after, since others may have read
/// an entry that was not yet reached.
/// </summary>
internal sealed class PatternRemoval(CacheRedis redis, ChangeFeed feed, PendingChanges pending)
{
    private const int PageSize = 500;

    /// <summary>Removes all that match now; what Redis' absence prevents is done once it is back.</summary>
    public async Task RemoveAsync(string pattern)
    {
        var begun = new Change(ChangeKind.PatternBegun, pattern);
        var removed = await AnnounceAsync(begun)
            && await RemoveEntriesAsync(new KeyPattern(pattern))
            && await AnnounceAsync(begun with { Kind = ChangeKind.PatternEnded });
        if (!removed)
        {
            pending.Add(begun);
        }
    }

    private async Task<bool> AnnounceAsync(Change change) =>
        (await redis.TryAsync(database => feed.AnnounceAsync(database, change))).Done;

    private async Task<bool> RemoveEntriesAsync(KeyPattern pattern)
    {
        foreach (var server in redis.Multiplexer.GetServers().Where(server => !server.IsReplica))
        {
            await foreach (var page in PagesAsync(server, redis.Keys.EntryPrefix + pattern.ForRedis))
            {
                if (page is null)
                {
                    return false;
                }

                var keys = page.Where(key => pattern.IsMatch(key[redis.Keys.EntryPrefix.Length..])).Select(key => (RedisKey)key);
                // One command a slot, as Redis Cluster asks for; without a cluster all are in one
                foreach (var slot in keys.GroupBy(redis.Multiplexer.HashSlot))
                {
                    if (!(await redis.TryAsync(database => database.ExecuteAsync("UNLINK", [.. slot.Select(key => (object)key)]))).Done)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    /// <summary>The keys page by page; <see langword="null"/> where Redis fails.</summary>
    private async IAsyncEnumerable<string[]?> PagesAsync(IServer server, string pattern, [EnumeratorCancellation] CancellationToken token = default)
    {
        var cursor = "0";
        do
        {
            token.ThrowIfCancellationRequested();
            var from = cursor;
            var (done, page) = await redis.TryAsync(database =>
                server.ExecuteAsync(database.Database, "SCAN", [from, "MATCH", pattern, "COUNT", PageSize]));
            if (!done)
            {
                yield return null;
                yield break;
            }

            cursor = (string)page![0]!;
            yield return (string[])page[1]!;
        }
        while (cursor != "0");
    }
}
