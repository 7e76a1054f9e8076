using System.Collections.Concurrent;

namespace ProdReady.Webhooks.Sources;

/// <summary>When a secret was last the right one.</summary>
internal readonly record struct SecretUse(string SecretId, DateTimeOffset At);

/// <summary>What has changed about a source; what has not is <see langword="null"/> or empty.</summary>
internal sealed record SourceUse(
    string Source,
    DateTimeOffset? LastEventAt,
    DateTimeOffset? LastFailureAt,
    string? LastFailure,
    IReadOnlyList<SecretUse> Secrets);

/// <summary>
/// Remembers when each source last had an event, a failure, and a use of each secret: whoever replaces a secret must see
/// that the old one is not used any more. In memory, so that no request waits for it; somebody else writes the changes down.
/// </summary>
internal sealed class SourceUses
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>A signature was made with this secret.</summary>
    public void Verified(string source, string secretId, DateTimeOffset at)
    {
        var entry = EntryOf(source);
        lock (entry)
        {
            if (!entry.Secrets.TryGetValue(secretId, out var last) || at > last)
            {
                entry.Secrets[secretId] = at;
            }
        }
    }

    /// <summary>An event was committed.</summary>
    public void Committed(string source, DateTimeOffset at)
    {
        var entry = EntryOf(source);
        lock (entry)
        {
            entry.EventAt = at > entry.EventAt.GetValueOrDefault() ? at : entry.EventAt;
        }
    }

    /// <summary>A request was refused.</summary>
    public void Failed(string source, string reason, DateTimeOffset at)
    {
        var entry = EntryOf(source);
        lock (entry)
        {
            if (at >= entry.FailureAt.GetValueOrDefault())
            {
                (entry.FailureAt, entry.Failure) = (at, reason);
            }
        }
    }

    /// <summary>What has changed since this was last asked. Times may go back where requests overtake each other: keep the latest.</summary>
    public IReadOnlyList<SourceUse> TakeChanges()
    {
        var changes = new List<SourceUse>();
        foreach (var (source, entry) in _entries)
        {
            lock (entry)
            {
                if (entry.EventAt is null && entry.FailureAt is null && entry.Secrets.Count == 0)
                {
                    continue;
                }

                changes.Add(new SourceUse(source, entry.EventAt, entry.FailureAt, entry.Failure,
                    [.. entry.Secrets.Select(pair => new SecretUse(pair.Key, pair.Value)).OrderBy(use => use.SecretId, StringComparer.Ordinal)]));
                (entry.EventAt, entry.FailureAt, entry.Failure) = (null, null, null);
                entry.Secrets.Clear();
            }
        }

        return [.. changes.OrderBy(change => change.Source, StringComparer.Ordinal)];
    }

    /// <summary>What was taken could not be written: it is taken again the next time, unless something later has come.</summary>
    public void PutBack(IReadOnlyList<SourceUse> changes)
    {
        foreach (var change in changes)
        {
            foreach (var (secretId, at) in change.Secrets)
            {
                Verified(change.Source, secretId, at);
            }

            if (change.LastEventAt is { } eventAt)
            {
                Committed(change.Source, eventAt);
            }

            if (change is { LastFailureAt: { } failureAt, LastFailure: { } failure })
            {
                Failed(change.Source, failure, failureAt);
            }
        }
    }

    private Entry EntryOf(string source) => _entries.GetOrAdd(source, static _ => new Entry());

    private sealed class Entry
    {
        public DateTimeOffset? EventAt { get; set; }

        public DateTimeOffset? FailureAt { get; set; }

        public string? Failure { get; set; }

        public Dictionary<string, DateTimeOffset> Secrets { get; } = new(StringComparer.Ordinal);
    }
}
