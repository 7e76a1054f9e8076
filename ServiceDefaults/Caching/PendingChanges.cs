using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// What was changed while Redis was away, or did not say that it was done in time. Once Redis is back, what has not arrived is removed there
/// and everywhere: what this process remembers may be older than what others have done since, so nobody's value wins.
/// </summary>
internal sealed class PendingChanges
{
    /// <summary>The pattern of all keys.</summary>
    public const string Everything = "*";

    /// <summary>More than that, and everything is removed.</summary>
    private const int Most = 10_000;

    /// <summary>How many may fail in one flush: looks for lost messages wait for its end.</summary>
    private const int MostFailures = 100;

    private readonly ConcurrentDictionary<Change, byte[]?> _changes = new();

    /// <param name="change">What was changed.</param>
    /// <param name="mark">What an entry begins with in Redis, if the change has arrived.</param>
    public void Add(Change change, byte[]? mark = null)
    {
        if (_changes.Count >= Most)
        {
            _changes.Clear();
            _changes[new Change(ChangeKind.PatternBegun, Everything)] = null;
        }

        _changes[change] = mark;
    }

    /// <summary>Hands each to <paramref name="apply"/>, which adds it again if it could not be done, while <paramref name="goOn"/> holds.</summary>
    public async Task FlushAsync(Func<Change, byte[]?, Task> apply, Func<bool> goOn)
    {
        var failures = 0;
        foreach (var change in _changes.Keys.TakeWhile(_ => failures < MostFailures && goOn()))
        {
            // Taken out first: one of the same name that fails meanwhile must stay
            _changes.TryRemove(change, out var mark);
            await apply(change, mark);
            failures += _changes.ContainsKey(change) ? 1 : 0;
        }
    }
}
