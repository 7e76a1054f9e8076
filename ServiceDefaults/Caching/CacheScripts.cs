namespace ProdReady.ServiceDefaults.Caching;

/// <summary>What has to happen in Redis in one step. Each script's keys share a slot.</summary>
internal static class CacheScripts
{
    /// <summary>Takes a number, keeps the change for those who miss its message, and publishes it.</summary>
    /// <remarks>KEYS: state, log. ARGV: an epoch if there is none, the change, the channel, the log's length, 1 if it moves the fence.</remarks>
    public const string Announce =
        """
        local epoch = redis.call('HGET', KEYS[1], 'epoch')
        if not epoch then
          epoch = ARGV[1]
          redis.call('HSET', KEYS[1], 'epoch', epoch)
        end
        local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
        if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'fence', number) end
        redis.call('LPUSH', KEYS[2], ARGV[2])
        redis.call('LTRIM', KEYS[2], 0, ARGV[4] - 1)
        redis.call('PUBLISH', ARGV[3], epoch .. '|' .. number .. '|' .. ARGV[2])
        return number
        """;

    /// <summary>Tells where the feed stands, and what came after a known change.</summary>
    /// <remarks>KEYS: state, log. ARGV: an epoch if there is none, the known epoch and number, the log's length.</remarks>
    public const string Look =
        """
        local state = redis.call('HMGET', KEYS[1], 'epoch', 'number', 'fence')
        local epoch, number, fence = state[1], tonumber(state[2] or '0'), state[3] or ''
        if not epoch then
          epoch = ARGV[1]
          redis.call('HSET', KEYS[1], 'epoch', epoch)
        end
        local missed = number - tonumber(ARGV[3])
        local changes = {}
        if epoch == ARGV[2] and missed > 0 and missed <= tonumber(ARGV[4]) then
          changes = redis.call('LRANGE', KEYS[2], 0, missed - 1)
        end
        return { epoch, number, fence, changes }
        """;

    /// <summary>Stores what a factory made, unless the entry was set or removed since its mark was read.</summary>
    /// <remarks>KEYS: entry. ARGV: the mark that was read, the entry, its time to live in ms, the mark's length.</remarks>
    public const string SetIfUnchanged =
        """
        if redis.call('GETRANGE', KEYS[1], 0, ARGV[4] - 1) ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        return 1
        """;

    /// <summary>Takes an entry back, unless another has taken its place.</summary>
    /// <remarks>KEYS: entry. ARGV: its mark, the mark's length.</remarks>
    public const string RemoveIfUnchanged =
        """
        if redis.call('GETRANGE', KEYS[1], 0, ARGV[2] - 1) ~= ARGV[1] then return 0 end
        return redis.call('UNLINK', KEYS[1])
        """;
}
