using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Every key, in this process' memory, and how old that knowledge is. Nothing is decided by knowledge older than
/// <see cref="ApiKeyOptions.MaxStaleness"/>: that, and not a notification that can get lost, bounds how long a revoked key lives.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing, and a query may still release it.")]
public sealed partial class ApiKeyRing
{
    /// <summary>What random ids can take of this process' memory: about 1 MB.</summary>
    private const int MostUnknown = 10_000;

    /// <summary>However many unknown ids come, the store is asked 20 times a second because of them.</summary>
    private static readonly TimeSpan MissInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>An outage costs 10 attempts a second, not one a request.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a request waits for its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ApiKeyStore _store;
    private readonly ApiKeyOptions _options;
    private readonly ApiKeyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeyRing> _logger;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RecentlyUnknown _unknown = new(MostUnknown);
    private volatile Keys _keys = new();

    // Written by whoever has the turn
    private long _version;
    private long _began = long.MinValue;
    private long _failed = long.MinValue;
    private bool _down;

    /// <summary>When the last successful query began, so that everything committed before is known.</summary>
    private long _asOf = long.MinValue;

    internal ApiKeyRing(
        ApiKeyStore store,
        IOptions<ApiKeyOptions> options,
        ApiKeyMetrics metrics,
        TimeProvider time,
        ILogger<ApiKeyRing> logger)
    {
        (_store, _options, _metrics, _time, _logger) = (store, options.Value, metrics, time, logger);
        metrics.Observe(() => _keys.All.Count, () => _unknown.Count, Age);
    }

    /// <summary>Learns what has changed. For whoever has just changed a key, so that this node knows it at once.</summary>
    /// <returns>Whether everything that was committed before the call is known now.</returns>
    public Task<bool> RefreshAsync(CancellationToken cancellationToken) => RefreshAsync(LookUpCause.Change, cancellationToken);

    /// <summary>Finds a key by its id.</summary>
    internal ValueTask<FoundKey> FindAsync(ReadOnlySpan<char> id, CancellationToken cancellationToken)
    {
        // In this order: what is looked up then is at least as new as what was found to be current
        var current = IsCurrent();
        if (current && _keys.Lookup.TryGetValue(id, out var key))
        {
            return new(new FoundKey(key, IsKnown: true));
        }

        return current && _unknown.Contains(id)
            ? new(new FoundKey(null, IsKnown: true))
            : FindAfterRefreshAsync(id.ToString(), current ? LookUpCause.Miss : LookUpCause.Stale, cancellationToken);
    }

    /// <summary>A key as this process last heard of it, however long ago.</summary>
    internal ApiKey? FindKnown(ReadOnlySpan<char> id) => _keys.Lookup.TryGetValue(id, out var key) ? key : null;

    internal async Task<bool> RefreshAsync(LookUpCause cause, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        if (!_store.IsConfigured || !await _turn.WaitAsync(Patience, cancellationToken))
        {
            return false;
        }

        try
        {
            // Somebody's query began after we asked: its answer is ours
            if (_asOf > asked || (cause == LookUpCause.Stale && IsCurrent()))
            {
                return true;
            }

            if (HasPassedSince(_failed) < RetryInterval)
            {
                return false;
            }

            var passed = HasPassedSince(_began);
            if (cause == LookUpCause.Miss && passed < MissInterval)
            {
                await Task.Delay(MissInterval - passed, _time, cancellationToken);
            }

            return await ReadAsync(cause);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<FoundKey> FindAfterRefreshAsync(string id, LookUpCause cause, CancellationToken cancellationToken)
    {
        if (!await RefreshAsync(cause, cancellationToken))
        {
            return new(null, IsKnown: false);
        }

        if (_keys.All.TryGetValue(id, out var key))
        {
            return new(key, IsKnown: true);
        }

        _unknown.Add(id);
        return new(null, IsKnown: true);
    }

    /// <summary>Not cancelled by the request that has the turn: others wait for the answer. The store has its bounds.</summary>
    private async Task<bool> ReadAsync(LookUpCause cause)
    {
        var began = _time.GetTimestamp();
        _began = began;
        try
        {
            var changes = await _store.ReadChangesAsync(_version);
            // Deleted keys, or a restored database: what is known may be about keys that are no more. After an outage, too: the server that
            // answers now may be another one, which lacks the last changes of the one before, and has made others since
            var afresh = changes is not null && _version > 0 && (_down || changes.Version < _version || changes.Cleared > _version);
            if (afresh)
            {
                changes = await _store.ReadChangesAsync(0);
            }

            if (changes is null)
            {
                return Failed(cause, () => Log.NoTable(_logger));
            }

            Apply(changes, afresh);
        }
        catch (Exception exception)
        {
            return Failed(cause, () => Log.Unavailable(
                _logger, _options.MaxStaleness, exception.Message, exception is NpgsqlException ? null : exception));
        }

        Volatile.Write(ref _asOf, began);
        _metrics.LookedUp(cause, succeeded: true);
        if (_down)
        {
            _down = false;
            Log.Recovered(_logger, _keys.All.Count);
        }

        return true;
    }

    private void Apply(ApiKeyChanges changes, bool afresh)
    {
        var target = afresh ? new Keys() : _keys;
        foreach (var key in changes.Keys)
        {
            if (_keys.All.TryGetValue(key.Id, out var earlier))
            {
                key.TakeUseFrom(earlier);
            }

            target.All[key.Id] = key;
        }

        _keys = target;
        _version = changes.Version;
    }

    private bool Failed(LookUpCause cause, Action tell)
    {
        _failed = _time.GetTimestamp();
        _metrics.LookedUp(cause, succeeded: false);
        if (!_down)
        {
            _down = true;
            tell();
        }

        return false;
    }

    private bool IsCurrent() => Age() is { } age && age <= _options.MaxStaleness;

    private TimeSpan? Age() =>
        Volatile.Read(ref _asOf) is var asOf && asOf == long.MinValue ? null : _time.GetElapsedTime(asOf);

    private TimeSpan HasPassedSince(long timestamp) =>
        timestamp == long.MinValue ? TimeSpan.MaxValue : _time.GetElapsedTime(timestamp);

    private sealed class Keys
    {
        public Keys() => Lookup = All.GetAlternateLookup<ReadOnlySpan<char>>();

        public ConcurrentDictionary<string, ApiKey> All { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, ApiKey>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning,
            "API keys cannot be read: {Reason}. Known ones work for {MaxStaleness} more, then only the admin key does")]
        public static partial void Unavailable(ILogger logger, TimeSpan maxStaleness, string reason, Exception? unexpected);

        [LoggerMessage(LogLevel.Information,
            "There are no API keys before the gateway has created its table; until then only the admin key gets in")]
        public static partial void NoTable(ILogger logger);

        [LoggerMessage(LogLevel.Information, "API keys can be read now; {Count} are known")]
        public static partial void Recovered(ILogger logger, int count);
    }
}

/// <summary>What is known about an id.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsKnown">Whether it is certain; a key that is not there then was never issued.</param>
internal readonly record struct FoundKey(ApiKey? Key, bool IsKnown);
