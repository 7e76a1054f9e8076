namespace ProdReady.Webhooks.Delivery.Handling;

/// <summary>An event whose sender was proved.</summary>
/// <param name="Id">Our id of it, the same for each try.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it, if it has one.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Body">The raw bytes that were signed.</param>
/// <param name="Headers">The kept headers, by their lower-case names.</param>
/// <param name="Attempt">Which try this is, from 1.</param>
public sealed record WebhookEvent(
    Guid Id,
    string Source,
    string? EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    ReadOnlyMemory<byte> Body,
    IReadOnlyDictionary<string, string> Headers,
    int Attempt);
