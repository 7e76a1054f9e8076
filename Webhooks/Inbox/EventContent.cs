namespace ProdReady.Webhooks.Inbox;

/// <summary>An event as it was received, read back from the inbox.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Id">Our id of it.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it, if it has one.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When its request began.</param>
/// <param name="Body">The raw bytes that were signed, in clear.</param>
/// <param name="Headers">The kept headers, by their lower-case names.</param>
/// <param name="CorrelationId">The request's correlation id.</param>
/// <param name="TraceParent">The request's W3C trace parent.</param>
internal sealed record EventContent(
    long Position,
    Guid Id,
    string Source,
    string? EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    ReadOnlyMemory<byte> Body,
    IReadOnlyDictionary<string, string> Headers,
    string? CorrelationId,
    string? TraceParent)
{
    /// <summary>Its body is encrypted at rest.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>
    /// Makes a keyed hash of something in its body, by which equal values are told and none can be read or guessed; <see langword="null"/>
    /// where the body is not encrypted at rest.
    /// </summary>
    public Func<string, string>? Hide { get; init; }

    /// <summary>Its body is encrypted with a key that is not configured, and not in <see cref="Body"/>.</summary>
    public bool IsSealed { get; init; }
}
