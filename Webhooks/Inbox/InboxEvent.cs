namespace ProdReady.Webhooks.Inbox;

/// <summary>A verified event on its way into the inbox.</summary>
internal sealed record InboxEvent
{
    /// <summary>Our id: a UUID of version 7 that carries <see cref="ReceivedAt"/>, so that ids sort by it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whatever has the same key is the same event: see <see cref="EventKey"/>.</summary>
    public required Guid Key { get; init; }

    /// <summary>The key of an id that the signature does not cover, to find that two events share it.</summary>
    public Guid? UnsignedIdKey { get; init; }

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The sender's id, if it gave one.</summary>
    public string? EventId { get; init; }

    /// <summary>The sender's type, if it gave one.</summary>
    public string? EventType { get; init; }

    /// <summary>The raw bytes; read only until the store is done with them.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>SHA-256 of <see cref="Body"/>.</summary>
    public required byte[] BodySha256 { get; init; }

    /// <summary>The kept headers, as a JSON object.</summary>
    public required string Headers { get; init; }

    /// <summary>When the request began.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Until when the same key is a repetition of it.</summary>
    public required DateTimeOffset RepeatedUntil { get; init; }

    /// <summary>Which of the source's secrets it was signed with.</summary>
    public string? SecretId { get; init; }

    /// <summary>What that proves, such as <c>body+time</c>.</summary>
    public required string Authenticated { get; init; }

    /// <summary>Whether its bytes are encrypted at rest.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The request's correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The request's W3C trace parent.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>What the inbox holds now.</summary>
/// <param name="Id">Our id of the event; for a duplicate, the first one's.</param>
/// <param name="Duplicate">Whether it was there before.</param>
/// <param name="Conflict">Whether an event with the same id was there before that has other bytes.</param>
internal readonly record struct StoredEvent(Guid Id, bool Duplicate, bool Conflict);
