namespace ProdReady.Webhooks.Events;

/// <summary>Events, newest first.</summary>
/// <param name="Events">The events.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record EventPage(IReadOnlyList<EventAnswer> Events, string? Next);

/// <summary>Events in the order of their commits, with their content.</summary>
/// <param name="Events">The events; none if nothing came in the time that the caller waited.</param>
/// <param name="Next">What to give as <c>after</c> the next time, once these are dealt with; it grows past what the filter leaves out, too.</param>
internal sealed record EventFeedPage(IReadOnlyList<FedEvent> Events, string Next);

/// <summary>One event of the feed.</summary>
/// <param name="Id">Our id of it: the same whenever it is read, and in <c>webhook-id</c> where it is delivered.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it, if it gave one.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When its request began.</param>
/// <param name="ContentType">What the sender called the body.</param>
/// <param name="Body">The raw bytes, in base64.</param>
internal sealed record FedEvent(
    Guid Id,
    string Source,
    string? EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    string? ContentType,
    ReadOnlyMemory<byte> Body);
