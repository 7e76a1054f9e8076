using ProdReady.Notifications.PhoneNumbers;

namespace ProdReady.Notifications.Messages;

/// <summary>A message to accept. Everything about it was checked: it is committed as it is.</summary>
internal sealed record NewMessage
{
    /// <summary>Its id here, a version 7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who gets it.</summary>
    public required PhoneNumberFacts To { get; init; }

    /// <summary>The text, 1 to 1,600 characters.</summary>
    public required string Body { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>How many segments its text takes.</summary>
    public required int Segments { get; init; }

    /// <summary>The template that its text was made of, with its version, such as <c>transfer-sent@1</c>.</summary>
    public string? Template { get; init; }

    /// <summary>When to send it; <see langword="null"/> for at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>After this it is dropped rather than sent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The time zones whose quiet hours it waits for, as IANA names.</summary>
    public IReadOnlyList<string> QuietZones { get; init; } = [];

    /// <summary>Which repetitions of the request are the same message.</summary>
    public Idempotency? Idempotency { get; init; }
}

/// <summary>An idempotency key and what it stands for.</summary>
/// <param name="Caller">Whose it is: see <see cref="CallerKey.Caller"/>.</param>
/// <param name="Key">1 to 255 visible ASCII characters.</param>
/// <param name="ContentHash">The SHA-256 of the request's content; a code's is keyed.</param>
internal sealed record Idempotency(string Caller, string Key, byte[] ContentHash)
{
    /// <summary>Hashes that the same content may have been kept by.</summary>
    public IReadOnlyList<byte[]> OtherHashes { get; init; } = [];
}

/// <summary>What became of a <see cref="NewMessage"/>.</summary>
internal enum Acceptance
{
    /// <summary>It is new, and committed.</summary>
    Accepted,

    /// <summary>Its key brought this content before; this is that message.</summary>
    Replayed,

    /// <summary>Its key brought other content before.</summary>
    Conflict,

    /// <summary>The number wants no messages from this sender. Nothing was committed.</summary>
    Suppressed,

    /// <summary>The provider has said for good that the number takes no messages. Nothing was committed.</summary>
    NumberRefused,
}

/// <summary>What became of a <see cref="NewMessage"/>, and which message that is.</summary>
/// <param name="Acceptance">What became of it.</param>
/// <param name="Message">The message, or the earlier one of its key; <see langword="null"/> where there is none.</param>
/// <param name="Reason">Why there is none.</param>
internal sealed record AcceptedMessage(Acceptance Acceptance, Message? Message, string? Reason = null)
{
    /// <summary>The id of the earlier message of its key.</summary>
    public Guid? EarlierId { get; init; }
}
