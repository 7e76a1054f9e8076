namespace ProdReady.Webhooks.Inbox;

/// <summary>A verified event on its way into the inbox.</summary>
/// <param name="Id">Our id: a UUID of version 7, so that ids sort by receive time.</param>
/// <param name="Source">The source's name.</param>
/// <param name="EventId">The sender's id, unique within the source.</param>
/// <param name="EventType">The sender's type.</param>
/// <param name="Body">The raw bytes; read only until the store is done with them.</param>
/// <param name="Headers">The kept headers, as a JSON object.</param>
/// <param name="ReceivedAt">When the request began.</param>
internal sealed record InboxEvent(
    Guid Id,
    string Source,
    string EventId,
    string? EventType,
    ReadOnlyMemory<byte> Body,
    string Headers,
    DateTimeOffset ReceivedAt);

/// <summary>What the inbox holds now.</summary>
/// <param name="Id">Our id of the event; for a duplicate, the first one's.</param>
/// <param name="Duplicate">Whether it was there before.</param>
/// <param name="Conflict">Whether what was there before has other bytes.</param>
internal readonly record struct StoredEvent(Guid Id, bool Duplicate, bool Conflict);
