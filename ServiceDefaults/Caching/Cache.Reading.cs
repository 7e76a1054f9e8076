namespace ProdReady.ServiceDefaults.Caching;

/// <content>What happens when memory has no answer.</content>
public sealed partial class Cache
{
    private async ValueTask<T?> GetFromRedisAsync<T>(string key, CancellationToken cancellationToken)
    {
        var started = Check(key, cancellationToken);
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                var flight = new Flight(key);
                var found = await FlyAsync(flight, () => _fusion.TryGetAsync<CacheItem<T>>(key, Policy.Read, cancellationToken));
                if (!found.HasValue)
                {
                    break;
                }

                if (await CanServeAsync(found.Value, flight, isLast: attempt == Attempts))
                {
                    Count(found.Value);
                    return found.Value.Value;
                }
            }

            if (!_redis.IsUsable && await FindStaleAsync<T>(key) is { } stale)
            {
                _metrics.Stale();
                return stale.Value;
            }

            _metrics.Miss();
            return default;
        }
        finally
        {
            _metrics.Took("get", started);
        }
    }

    private async ValueTask<T> MakeAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, Task<T>> factory, CacheEntryOptions options, CancellationToken cancellationToken)
    {
        var started = Check(key, cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var flight = new Flight(key);
                var call = new FactoryCall<TState, T>(this, flight, state, factory, options);
                var item = await FlyAsync(flight, () => _fusion.GetOrSetAsync<CacheItem<T>>(
                    key, call.RunAsync, default, Policy.For(options), tags: null, cancellationToken));
                if (await CanServeAsync(item, flight, isLast: attempt == Attempts) || attempt == Attempts)
                {
                    CountMade(item, call);
                    return item.Value!;
                }
            }
        }
        catch
        {
            _metrics.Miss();
            throw;
        }
        finally
        {
            _metrics.Took("get_or_set", started);
        }
    }

    private async ValueTask<TResult> FlyAsync<TResult>(Flight flight, Func<ValueTask<TResult>> operation)
    {
        Flights.Current = flight;
        try
        {
            return await operation();
        }
        finally
        {
            Flights.Land(flight);
        }
    }

    /// <summary>
    /// Whether an item is still what it was when the operation began. If not, it is thrown away, and the operation begins anew. Under changes
    /// without end the last attempt serves what it read during the operation, and only memory does not keep it: a miss would be untrue.
    /// </summary>
    private async ValueTask<bool> CanServeAsync<T>(CacheItem<T> item, Flight flight, bool isLast)
    {
        if (flight.IsOvertaken && !isLast)
        {
            return false;
        }

        if (item.Tags is not { } tags || await Tags.AreCurrentAsync(tags))
        {
            return true;
        }

        item.Mark ??= flight.Seen is { Length: > 0 } seen ? seen : null;
        await item.DiscardOnce(() => DiscardAsync(flight.Key, item));
        return false;
    }

    /// <summary>Takes out an item itself, and not one that others have made in its place by now.</summary>
    private async Task DiscardAsync<T>(string key, CacheItem<T> item)
    {
        if (item.Mark is { } mark)
        {
            await _level.DiscardAsync(key, mark);
        }

        if (_fusion.TryGet<CacheItem<T>>(key, Policy.MemoryOnly) is { HasValue: true } found && ReferenceEquals(found.Value, item))
        {
            _memory.Discard(key);
        }
    }

    /// <summary>What memory still has of an entry whose time is over.</summary>
    private async ValueTask<CacheItem<T>?> FindStaleAsync<T>(string key)
    {
        var found = _fusion.TryGet<CacheItem<T>>(key, Policy.StaleMemory);
        return found.HasValue && Policy.MayStandIn(found.Value) && await Tags.AreCurrentAsync(found.Value.Tags) ? found.Value : null;
    }

    private void CountMade<TState, T>(CacheItem<T> item, FactoryCall<TState, T> call)
    {
        if (call.HasMade)
        {
            _metrics.Miss();
            return;
        }

        // The factory failed, or goes on in the background: memory's item and the one from Redis are not the same object
        item.IsStale |= call.HasBegun;
        Count(item);
    }
}
