using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>What the cache's keys in Redis are called.</summary>
internal sealed class CacheKeys(string prefix)
{
    /// <summary>What entries start with. The number is the format's: a rolling deployment must not misread the other's entries.</summary>
    public string EntryPrefix { get; } = $"{prefix}:v1:";

    /// <summary>The sequence of changes; a hash. The braces keep it and its log in one slot of a Redis Cluster.</summary>
    public RedisKey State { get; } = $"{{{prefix}}}:changes";

    /// <summary>The last changes, newest first; a list.</summary>
    public RedisKey Log { get; } = $"{{{prefix}}}:changes:log";

    /// <summary>Where changes are published.</summary>
    public RedisChannel Channel { get; } = RedisChannel.Literal($"{prefix}:changes");

    public RedisKey Entry(string key) => EntryPrefix + key;

    public RedisKey Tag(string tag) => $"{prefix}:tag:{tag}";
}
