using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Messages;

/// <summary>A message as its API shows it.</summary>
/// <param name="Id">Its id here.</param>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Status">One of <see cref="MessageStatus"/>.</param>
/// <param name="ProviderSid">Twilio's id of it, once it has one.</param>
/// <param name="ErrorCode">Twilio's error code, if it gave one.</param>
/// <param name="Error">Why it is <c>failed</c>, <c>unknown</c>, or still <c>accepted</c> after a try.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
internal sealed record Message(
    Guid Id,
    string To,
    string Status,
    string? ProviderSid,
    int? ErrorCode,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Every state that it was in, oldest first; only where one message was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageEvent>? Events { get; init; }
}

/// <summary>A state that a message came into.</summary>
internal sealed record MessageEvent(string Status, DateTimeOffset At, int? ErrorCode, string? Detail);

/// <summary>A message to accept. Its idempotency key, if it has one, stands for its content hash.</summary>
internal sealed record NewMessage(
    Guid Id, string To, string Body, string? IdempotencyKey, byte[] ContentHash, string CorrelationId, string? TraceParent);

/// <summary>What became of a <see cref="NewMessage"/>.</summary>
internal enum Acceptance
{
    /// <summary>It is new.</summary>
    Accepted,

    /// <summary>Its key brought this content before; this is that message.</summary>
    Replayed,

    /// <summary>Its key brought other content before.</summary>
    Conflict,
}
