using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Sending;

/// <summary>Asks to begin a send.</summary>
/// <param name="Id">The message.</param>
/// <param name="Provider">By whom.</param>
/// <param name="Account">By which account there.</param>
/// <param name="Sender">From whom; <see langword="null"/> if there is nobody to send by just now.</param>
/// <param name="Shortage">Then why.</param>
internal sealed record SendRequest(Guid Id, string? Provider, string? Account, string? Sender, string? Shortage);

/// <summary>What became of the wish to begin a send.</summary>
internal enum BeginVerdict
{
    /// <summary>It is committed as <c>sending</c>: hand it over now.</summary>
    Begun,

    /// <summary>It is not its time.</summary>
    Early,

    /// <summary>There is nobody to send by just now.</summary>
    Short,

    /// <summary>Whoever began it died or was cut off: it is <c>unknown</c> now, and looked for at the provider.</summary>
    Died,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>The number wants no messages from this sender.</summary>
    Suppressed,

    /// <summary>It is in a state in which there is nothing to send, or not there at all.</summary>
    Over,
}

/// <summary>The answer to a <see cref="SendRequest"/>.</summary>
internal sealed record BegunSend(BeginVerdict Verdict)
{
    /// <summary>There is no such message: its time to be kept is over.</summary>
    public static readonly BegunSend Gone = new(BeginVerdict.Over);

    /// <summary>The recipient, in E.164 form.</summary>
    public string To { get; init; } = "";

    /// <summary>The country of the number.</summary>
    public string Country { get; init; } = "";

    /// <summary>What it is for.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>The text; <see langword="null"/> if the key that opens it is gone.</summary>
    public string? Body { get; init; }

    /// <summary>Which send this is, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>How many sends carriers could not deliver.</summary>
    public int Repetitions { get; init; }

    /// <summary>When it is dropped.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long until its time, where it is early.</summary>
    public TimeSpan Wait { get; init; }
}

/// <summary>What decides when and by whom a message may go.</summary>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Template">The template that its text was made of, with its version.</param>
/// <param name="NotRoutable">The <see cref="SendRoute.Name"/> of each sender that has no way to the recipient.</param>
internal sealed record SendFacts(string To, string? Template, IReadOnlyList<string> NotRoutable);

/// <summary>What came of a send.</summary>
/// <param name="Id">The message.</param>
/// <param name="Attempt">Which send of it.</param>
/// <param name="Outcome">The outcome.</param>
internal sealed record SendRecord(Guid Id, int Attempt, SendOutcome Outcome);

/// <summary>The state that a message comes into after a send.</summary>
/// <param name="Status">The state.</param>
/// <param name="ProviderId">The provider's id of it, where it was sent.</param>
/// <param name="ProviderStatus">Its state there.</param>
/// <param name="Code">The provider's error code.</param>
/// <param name="Error">A sentence, where it was not sent.</param>
/// <param name="Delay">How long until it may be tried again, where that is safe.</param>
/// <param name="CheckDelay">How long until somebody must look after it.</param>
internal sealed record SendOutcome(
    string Status,
    string? ProviderId = null,
    string? ProviderStatus = null,
    int? Code = null,
    string? Error = null,
    TimeSpan? Delay = null,
    TimeSpan? CheckDelay = null);
