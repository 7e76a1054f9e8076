namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// A value on its way into the cache: from the moment that its source is read, be it Redis or a factory, until it is stored. A change of
/// its key meanwhile overtakes it, and it must not be stored, or the old value would stay for good.
/// </summary>
internal sealed class Flight(string key)
{
    private volatile bool _isOvertaken;

    public string Key { get; } = key;

    public bool IsOvertaken
    {
        get => _isOvertaken;
        set => _isOvertaken = value;
    }

    /// <summary>What marked the entry in Redis when it was read; empty if there was none. Redis takes the value only if that still holds.</summary>
    public byte[] Seen { get; set; } = [];

    /// <summary>The last removal by pattern that was known when the source was read.</summary>
    public string? Fence { get; set; }

    /// <summary>
    /// Whether the factory runs; it may go on after its caller was served a stale value. <see cref="Flights"/> changes it, and
    /// <see cref="HasLanded"/>, under the flight's lock.
    /// </summary>
    public bool FactoryRuns { get; set; }

    /// <summary>Whether its caller has left.</summary>
    public bool HasLanded { get; set; }
}
