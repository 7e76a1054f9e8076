using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// What was changed while Redis was away. Once it is back, these entries are removed there and everywhere: what this process remembers
/// of them may be older than what others have done since, so nobody's value wins.
/// </summary>
internal sealed class PendingChanges
{
    /// <summary>More than that, and everything is removed.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<Change, byte> _changes = new();

    public void Add(Change change)
    {
        if (_changes.Count >= Most)
        {
            _changes.Clear();
            _changes[new Change(ChangeKind.PatternBegun, "*")] = 0;
        }

        _changes[change] = 0;
    }

    /// <summary>Hands each to <paramref name="apply"/>, which adds it again if it could not be done, while <paramref name="goOn"/> holds.</summary>
    public async Task FlushAsync(Func<Change, Task> apply, Func<bool> goOn)
    {
        foreach (var change in _changes.Keys.TakeWhile(_ => goOn()))
        {
            // Taken out first: one of the same name that fails meanwhile must stay
            _changes.TryRemove(change, out _);
            await apply(change);
        }
    }
}
