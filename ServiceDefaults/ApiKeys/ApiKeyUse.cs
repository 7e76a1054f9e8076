using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Which keys were used and when, until that is written down: once a minute and key, off the way of requests.</summary>
internal sealed class ApiKeyUse(ApiKeyStore store)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private ConcurrentDictionary<string, DateTimeOffset> _uses = new(StringComparer.Ordinal);

    public void Note(ApiKey key, DateTimeOffset now)
    {
        if (key.MarkUsed(now, Interval))
        {
            _uses[key.Id] = now;
        }
    }

    /// <summary>Writes all that was noted; what fails to be written waits for the next time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_uses.IsEmpty)
        {
            return;
        }

        var uses = Interlocked.Exchange(ref _uses, new(StringComparer.Ordinal));
        try
        {
            await store.WriteUseAsync(uses, cancellationToken);
        }
        catch
        {
            foreach (var (id, at) in uses)
            {
                _uses.TryAdd(id, at);
            }

            throw;
        }
    }
}
