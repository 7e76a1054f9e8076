using System.Text.Json.Serialization;

namespace ProdReady.Webhooks.Events;

/// <summary>One event, without its content.</summary>
/// <param name="Id">Our id of it.</param>
/// <param name="Position">Its place in the order of commits, which a cursor counts by.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it, if it gave one.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When the first request began.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Sha256">The hash of the raw bytes, in lower-case hexadecimal.</param>
/// <param name="Size">How many raw bytes there are.</param>
/// <param name="SecretId">Which of the source's secrets it was signed with.</param>
/// <param name="Authenticated">What the signature covers, such as <c>body+time</c>.</param>
/// <param name="Duplicates">How often it came again.</param>
/// <param name="Conflicts">How many of the duplicates had other bytes.</param>
/// <param name="SharesId">Whether an earlier event has the same id, which the signature does not cover, and other bytes.</param>
internal record EventAnswer(
    Guid Id,
    long Position,
    string Source,
    string? EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    EventStatus Status,
    string Sha256,
    int Size,
    string? SecretId,
    string Authenticated,
    int Duplicates,
    int Conflicts,
    bool SharesId);

/// <summary>What became of an event.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EventStatus>))]
internal enum EventStatus
{
    /// <summary>It is in the inbox, and no destination wants it, or none has been looked for yet.</summary>
    [JsonStringEnumMemberName("stored")]
    Stored,

    /// <summary>It is on its way to a destination.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>It is delivered to all destinations that want it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>It was given up for a destination.</summary>
    [JsonStringEnumMemberName("dead")]
    Dead,
}
