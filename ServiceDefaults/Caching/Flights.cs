using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>All values that are on their way into the cache of this process.</summary>
internal sealed class Flights(CacheEntries entries, TimeProvider time)
{
    /// <summary>How long FusionCache may take to store what a factory returned after its caller had left.</summary>
    private static readonly TimeSpan StoringTime = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Flight, byte> _inTheAir = new();
    private readonly AsyncLocal<Flight?> _current = new();

    /// <summary>The flight that the running code belongs to, through all that FusionCache does in between.</summary>
    public Flight? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    /// <summary>The current flight, if it is one of <paramref name="key"/>: a factory may use the cache for other keys.</summary>
    public Flight? CurrentOf(string key) => Current is { } flight && flight.Key == key ? flight : null;

    /// <summary>Its source is read from now on; what changed before that is part of it.</summary>
    public void Start(Flight flight, string? fence)
    {
        flight.Fence = fence;
        flight.IsOvertaken = false;
        _inTheAir[flight] = 0;
    }

    /// <summary>Marks every flight whose key has changed.</summary>
    public void Overtake(Func<string, bool> hasChanged)
    {
        foreach (var (flight, _) in _inTheAir)
        {
            if (hasChanged(flight.Key))
            {
                flight.IsOvertaken = true;
            }
        }
    }

    /// <summary>The caller leaves. What was stored although it had been overtaken goes again.</summary>
    public void Land(Flight flight)
    {
        lock (flight)
        {
            flight.HasLanded = true;
            if (!flight.FactoryRuns)
            {
                End(flight);
            }
        }
    }

    /// <summary>The factory has returned. If its caller has left, FusionCache stores the value on its own, a moment later.</summary>
    public void FactoryEnded(Flight flight)
    {
        lock (flight)
        {
            flight.FactoryRuns = false;
            if (flight.HasLanded)
            {
                _ = EndLaterAsync(flight);
            }
        }
    }

    private async Task EndLaterAsync(Flight flight)
    {
        await Task.Delay(StoringTime, time);
        End(flight);
    }

    private void End(Flight flight)
    {
        // In this order: a change that comes in between finds the flight, or the value that it removes itself
        var isOvertaken = flight.IsOvertaken;
        _inTheAir.TryRemove(flight, out _);
        if (isOvertaken || flight.IsOvertaken)
        {
            entries.Remove(flight.Key);
        }
    }
}
