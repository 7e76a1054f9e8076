using ZiggyCreatures.Caching.Fusion;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>One caller's factory, between FusionCache and the flight that its value takes.</summary>
internal sealed class FactoryCall<TState, T>(
    Cache cache, Flight flight, TState state, Func<TState, CancellationToken, Task<T>> factory, CacheEntryOptions options)
{
    /// <summary>Whether this caller's factory was the one that was called.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether it made a value.</summary>
    public bool HasMade { get; private set; }

    public async Task<CacheItem<T>> RunAsync(FusionCacheFactoryExecutionContext<CacheItem<T>> context, CancellationToken cancellationToken)
    {
        HasBegun = true;
        if (context.StaleValue is { HasValue: true, Value: { } stale })
        {
            // Until this call has made another one
            stale.IsStale = true;
        }

        lock (flight)
        {
            flight.FactoryRuns = true;
        }

        try
        {
            // Before the source is read: a tag that is removed meanwhile makes the value old
            var tags = await cache.Tags.StampAsync(options.Tags);
            var value = await factory(state, cancellationToken);
            HasMade = true;
            if (flight.IsOvertaken)
            {
                // Nobody else may get it, not even those who wait for this call
                context.Options = context.Options.Duplicate().SetSkipMemoryCacheWrite(true).SetSkipDistributedCacheWrite(true, true);
            }

            return new CacheItem<T> { Value = value, Tags = tags, StaleUntil = cache.Policy.StaleUntil(options) };
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            cache.Failures.Add(flight.Key, exception, isHidden: context.HasStaleValue);
            throw;
        }
        finally
        {
            cache.Flights.FactoryEnded(flight);
        }
    }
}
