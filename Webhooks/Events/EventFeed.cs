using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>The inbox as a stream that a consumer reads at its own pace.</summary>
internal sealed class EventFeed(EventSearch search, InboxSignal signal, TimeProvider time)
{
    /// <summary>How often the log is looked at for what other replicas have committed.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The events after <paramref name="after"/>, in the order of their commits. If there are none, waits for some: what is
    /// committed in this process comes at once, what others commit within half a second.
    /// </summary>
    /// <exception cref="InboxUnavailableException">The database failed or took too long.</exception>
    public async Task<IReadOnlyList<FedEventAt>> ReadAsync(
        EventFilter filter, long after, int limit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var next = signal.Next;
            var events = await search.AfterAsync(filter, after, limit);
            var left = wait - time.GetElapsedTime(started);
            if (events.Count > 0 || left <= TimeSpan.Zero)
            {
                return events;
            }

            await InboxSignal.WaitAsync(next, left < PollInterval ? left : PollInterval, time, cancellationToken);
        }
    }
}

/// <summary>An event of the feed and its place in the order of commits.</summary>
internal sealed record FedEventAt(long Position, FedEvent Event);
