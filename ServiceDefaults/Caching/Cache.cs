using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ZiggyCreatures.Caching.Fusion;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// A cache in this process' memory, shared with all others through Redis. What one process sets or removes, no other serves the old value
/// of for longer than a second, whatever messages get lost. If Redis is away, each process caches in its own memory. Values are
/// shared by all callers in the process: treat them as immutable. They travel as JSON.
/// </summary>
public sealed partial class Cache
{
    /// <summary>How often an operation is begun anew because its key was changed while it was under way.</summary>
    private const int Attempts = 4;

    private readonly IFusionCache _fusion;
    private readonly CacheMemory _memory;
    private readonly RedisLevel _level;
    private readonly PatternRemoval _patterns;
    private readonly CacheRedis _redis;
    private readonly CacheMetrics _metrics;

    internal Cache(
        IFusionCache fusion, CacheMemory memory, RedisLevel level, Flights flights, TagVersions tags, PatternRemoval patterns, CacheRedis redis,
        EntryPolicy policy, FactoryFailures failures, CacheMetrics metrics)
    {
        (_fusion, _memory, _level, _patterns, _redis, _metrics) = (fusion, memory, level, patterns, redis, metrics);
        (Flights, Tags, Policy, Failures) = (flights, tags, policy, failures);
    }

    internal Flights Flights { get; }

    internal TagVersions Tags { get; }

    internal EntryPolicy Policy { get; }

    internal FactoryFailures Failures { get; }

    /// <summary>Makes <paramref name="text"/> a part of a pattern that stands for itself, whatever it contains.</summary>
    public static string EscapePattern(string text) => KeyPattern.Escape(text);

    /// <summary>Reads an entry from memory or Redis. While Redis is away, one whose time is over may stand in.</summary>
    /// <returns>The value; <see langword="default"/> if there is none, or <see langword="null"/> was cached.</returns>
    public ValueTask<T?> GetAsync<T>(string key, CancellationToken cancellationToken = default) =>
        TryFind<T>(key, out var item) ? new(item.Value) : GetFromRedisAsync<T>(key, cancellationToken);

    /// <summary>Sets an entry, here and for all other processes.</summary>
    public async ValueTask SetAsync<T>(
        string key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        var started = Check(key, cancellationToken);
        var item = new CacheItem<T> { Value = value, Tags = await Tags.StampAsync(options.Tags), StaleUntil = Policy.StaleUntil(options) };
        Flights.Current = null;
        Flights.Overtake(flying => flying == key);
        // No cancellation from here on: it would leave the others without what this process has
        await _fusion.SetAsync(key, item, Policy.For(options), token: CancellationToken.None);
        Flights.Overtake(flying => flying == key);
        _metrics.Took("set", started);
    }

    /// <summary>Removes an entry, here and for all other processes.</summary>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        var started = Check(key, cancellationToken);
        // Twice: nobody may read it from Redis before it is removed there, and keep it here
        _memory.Apply(new Change(ChangeKind.Key, key));
        await _level.RemoveAsync(key, CancellationToken.None);
        _memory.Apply(new Change(ChangeKind.Key, key));
        _metrics.Took("remove", started);
    }

    /// <summary>Removes all entries that were set with <paramref name="tag"/>.</summary>
    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        var started = Check(tag, cancellationToken);
        await Tags.RemoveAsync(tag);
        _metrics.Took("remove_by_tag", started);
    }

    /// <summary>
    /// Removes all entries whose key matches. It takes Redis a look at every key: prefer a tag where entries are many. An entry that is set
    /// after it has returned stays; one that is set while it runs may go.
    /// </summary>
    /// <param name="pattern">
    /// <c>*</c> is any text, <c>?</c> any one character; see <see cref="EscapePattern"/>. Example: <c>user:*</c>
    /// </param>
    /// <param name="cancellationToken">Only before it begins.</param>
    public async ValueTask RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default)
    {
        var started = Check(pattern, cancellationToken);
        _memory.Apply(new Change(ChangeKind.PatternBegun, pattern));
        await _patterns.RemoveAsync(pattern);
        _memory.Apply(new Change(ChangeKind.PatternEnded, pattern));
        _metrics.Took("remove_by_pattern", started);
    }

    /// <summary>
    /// Reads an entry, or makes it: however many callers of this process ask at once, one factory is called. If it fails, or is slow, a value
    /// past its time stands in where there is one.
    /// </summary>
    /// <returns>The value; also <see langword="null"/> is cached.</returns>
    /// <exception cref="Exception">The factory's own, where nothing can stand in.</exception>
    public ValueTask<T> GetOrSetAsync<T>(
        string key, Func<CancellationToken, Task<T>> factory, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        GetOrSetAsync(key, factory, static (make, token) => make(token), options, cancellationToken);

    /// <summary>
    /// As <see cref="GetOrSetAsync{T}(string, Func{CancellationToken, Task{T}}, CacheEntryOptions, CancellationToken)"/>, with what the factory
    /// needs as an argument: with a static lambda, a hit allocates nothing.
    /// </summary>
    public ValueTask<T> GetOrSetAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, Task<T>> factory,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        TryFind<T>(key, out var item) ? new(item.Value!) : MakeAsync(key, state, factory, options, cancellationToken);

    /// <summary>Clears up what Redis did not say was done: an entry that has not arrived is removed, as is what was to be removed.</summary>
    internal async Task ClearUpAsync(Change change, byte[]? mark)
    {
        switch (change.Kind)
        {
            case ChangeKind.Key when mark is not null && await _level.HasArrivedAsync(change.Name, mark):
                break;
            case ChangeKind.Key:
                await RemoveAsync(change.Name);
                break;
            case ChangeKind.Tag:
                await RemoveByTagAsync(change.Name);
                break;
            default:
                await RemoveByPatternAsync(change.Name);
                if (change.Name == PendingChanges.Everything)
                {
                    // It stands for removals by tag, too, whose versions Redis was never told
                    Tags.ForgetAll();
                }

                break;
        }
    }

    private static long Check(string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Stopwatch.GetTimestamp();
    }

    /// <summary>The way of a hit.</summary>
    private bool TryFind<T>(string key, [NotNullWhen(true)] out CacheItem<T>? item)
    {
        var found = _fusion.TryGet<CacheItem<T>>(key, Policy.MemoryOnly);
        item = found.HasValue ? found.Value : null;
        if (item is null || (item.Tags is { } tags && !Tags.AreKnownCurrent(tags)))
        {
            return false;
        }

        Count(item);
        return true;
    }

    private void Count<T>(CacheItem<T> item)
    {
        if (item.IsStale)
        {
            _metrics.Stale();
        }
        else
        {
            _metrics.Hit();
        }
    }
}
