namespace ProdReady.Webhooks.Inbox;

/// <summary>One event, without its content.</summary>
/// <param name="Id">Our id of it.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When the first request began.</param>
/// <param name="Sha256">The hash of the raw bytes, in lower-case hexadecimal.</param>
/// <param name="Size">How many raw bytes there are.</param>
/// <param name="Duplicates">How often it came again.</param>
/// <param name="Conflicts">How many of the duplicates had other bytes.</param>
internal sealed record EventAnswer(
    Guid Id,
    string Source,
    string EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    string Sha256,
    int Size,
    int Duplicates,
    int Conflicts);
