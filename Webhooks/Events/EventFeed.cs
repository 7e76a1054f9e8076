using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>The inbox as a stream that a consumer reads at its own pace.</summary>
internal sealed class EventFeed(EventSearch search, InboxSignal signal, TimeProvider time)
{
    /// <summary>How often the log is looked at for what other replicas have committed.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How often it is looked at most. Each commit wakes all who wait, most of them for something else; without a pause, a few of them would
    /// keep the database as busy as they can.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The events after <paramref name="after"/>, in the order of their commits. If there are none, waits for some: what is
    /// committed in this process comes within a tenth of a second, what others commit within half a second.
    /// </summary>
    /// <exception cref="InboxUnavailableException">The database failed or took too long.</exception>
    public async Task<FedPage> ReadAsync(
        EventFilter filter, long after, int limit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var next = signal.Next;
            var page = await search.AfterAsync(filter, after, limit);
            var left = wait - time.GetElapsedTime(started);
            if (page.Events.Count > 0 || left <= TimeSpan.Zero)
            {
                return page;
            }

            after = page.Next;
            var looked = time.GetTimestamp();
            await InboxSignal.WaitAsync(next, left < PollInterval ? left : PollInterval, time, cancellationToken);
            var rest = (left < Pause ? left : Pause) - time.GetElapsedTime(looked);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, cancellationToken);
            }
        }
    }
}

/// <summary>What was found, and the position up to which all that the filter leaves is in it or was before.</summary>
internal sealed record FedPage(IReadOnlyList<FedEvent> Events, long Next);
