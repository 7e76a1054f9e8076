using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Ids that were looked up in vain. Bounded however many come: at <paramref name="capacity"/> the younger half stays, and the
/// older one is forgotten, which costs one more look-up.
/// </summary>
internal sealed class RecentlyUnknown(int capacity)
{
    private readonly Lock _turning = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public int Count => _young.Ids.Count + _old.Ids.Count;

    public bool Contains(ReadOnlySpan<char> id) => _young.Lookup.ContainsKey(id) || _old.Lookup.ContainsKey(id);

    public void Add(string id)
    {
        if (_young.Ids.Count >= capacity / 2)
        {
            lock (_turning)
            {
                if (_young.Ids.Count >= capacity / 2)
                {
                    _old = _young;
                    _young = new();
                }
            }
        }

        _young.Ids.TryAdd(id, true);
    }

    private sealed class Generation
    {
        public Generation() => Lookup = Ids.GetAlternateLookup<ReadOnlySpan<char>>();

        public ConcurrentDictionary<string, bool> Ids { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; }
    }
}
