using System.Text.Json.Serialization;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>What FusionCache keeps for us: the value, and the versions that its tags had before it was made.</summary>
internal sealed class CacheItem<T>
{
    private volatile bool _isStale;
    private Task? _discarded;

    [JsonPropertyName("v")]
    public T? Value { get; set; }

    [JsonPropertyName("t")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TagVersion[]? Tags { get; set; }

    /// <summary>Until when it may stand in for one that cannot be read anew, in ms since 1970; 0 for never.</summary>
    [JsonPropertyName("s")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StaleUntil { get; set; }

    /// <summary>Whether it only stands in for one that could not be made.</summary>
    [JsonIgnore]
    public bool IsStale
    {
        get => _isStale;
        set => _isStale = value;
    }

    /// <summary>What its entry in Redis begins with, if it was read from there.</summary>
    [JsonIgnore]
    public byte[]? Mark { get; set; }

    /// <summary>
    /// Throws away an item whose tag was removed: once, however many callers find it, since a second time would hit the item that
    /// took its place.
    /// </summary>
    public Task DiscardOnce(Func<Task> discard)
    {
        lock (this)
        {
            return _discarded ??= discard();
        }
    }
}

/// <summary>A tag and its version.</summary>
internal readonly record struct TagVersion([property: JsonPropertyName("n")] string Name, [property: JsonPropertyName("v")] long Version);
