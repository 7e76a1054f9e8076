using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Messages;

/// <summary>A message as its API shows it.</summary>
/// <param name="Id">Its id here.</param>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Status">One of <see cref="MessageStatus"/>.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When anything about it last changed.</param>
internal sealed record Message(
    Guid Id, string To, MessageKind Kind, string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The country of the number, ISO 3166-1 alpha-2.</summary>
    public required string Country { get; init; }

    /// <summary>How many segments its text takes.</summary>
    public required int Segments { get; init; }

    /// <summary>The template that its text was made of, with its version.</summary>
    public string? Template { get; init; }

    /// <summary>When it is to be sent, where that was not at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>When it is dropped rather than sent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many times it was handed to a provider.</summary>
    public int Attempts { get; init; }

    /// <summary>The provider that it was last handed to.</summary>
    public string? Provider { get; init; }

    /// <summary>The sender that it last went by.</summary>
    public string? Sender { get; init; }

    /// <summary>The provider's id of it, once it has one.</summary>
    public string? ProviderId { get; init; }

    /// <summary>Its state at the provider, in the provider's words.</summary>
    public string? ProviderStatus { get; init; }

    /// <summary>The provider's error code, if it gave one.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Why it is in a state that is not what one hopes for, and what to do.</summary>
    public string? Error { get; init; }

    /// <summary>What it cost, once the provider tells.</summary>
    public decimal? Price { get; init; }

    /// <summary>The currency of <see cref="Price"/>, ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Every state that it was in, oldest first; only where one message was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageEvent>? Events { get; init; }
}

/// <summary>A state that a message came into.</summary>
/// <param name="Status">The state.</param>
/// <param name="At">When.</param>
/// <param name="Attempt">In which attempt to send it; 0 before the first.</param>
/// <param name="ProviderStatus">The provider's word for it, where a provider told.</param>
/// <param name="ErrorCode">The provider's error code.</param>
/// <param name="Detail">A sentence.</param>
internal sealed record MessageEvent(
    string Status, DateTimeOffset At, int Attempt, string? ProviderStatus, int? ErrorCode, string? Detail)
{
    /// <summary>Where an operator settled it: <c>sent</c>, <c>not-sent</c> or <c>resend</c>. <see cref="Detail"/> says how that is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Settled { get; init; }

    /// <summary>Then who: the id of the API key, or <c>admin</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}
