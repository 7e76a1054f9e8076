namespace ProdReady.Notifications.Providers;

/// <summary>Why a provider did not send or deliver a message.</summary>
/// <param name="Code">The provider's code, if it gave one.</param>
/// <param name="Message">A sentence for the developer. It can hold the recipient's number: for the caller, not for logs.</param>
/// <param name="Handling">What to do about it.</param>
/// <param name="RetryAfter">How long the provider asked to wait.</param>
internal sealed record ProviderFailure(int? Code, string Message, FailureHandling Handling, TimeSpan? RetryAfter = null);

/// <summary>What to do about a failure. Each provider's codes are mapped to these in a table of their own.</summary>
internal enum FailureHandling
{
    /// <summary>This message can never be sent; nothing is wrong with anything else.</summary>
    Permanent,

    /// <summary>The account's credentials or the account itself are refused: all sends stop, and somebody must look.</summary>
    StopAccount,

    /// <summary>The account's cap of the day or hour is reached: nothing goes by this account until it is reset.</summary>
    AccountCap,

    /// <summary>Too many requests at a time; it was not processed, and is repeated with backoff.</summary>
    RetrySoon,

    /// <summary>The provider is out of order and did nothing; repeated while the message is valid, and some times where a carrier says so.</summary>
    RetryBounded,

    /// <summary>The provider cannot say what it did: look it up before anything else.</summary>
    Ambiguous,

    /// <summary>The number takes no messages, now and later: remembered.</summary>
    BadNumber,

    /// <summary>The sender is wrong or not set up: somebody must look; another sender may do.</summary>
    SenderFault,

    /// <summary>The account may not send to this country.</summary>
    CountryBlocked,

    /// <summary>A trial account's rules, an unverified number, or a missing compliance profile: a developer must act.</summary>
    AccountSetup,

    /// <summary>The recipient has opted out of this sender: suppressed, never repeated.</summary>
    OptedOut,

    /// <summary>The sender's queue at the provider is full: later, or by another sender.</summary>
    QueueFull,

    /// <summary>This sender cannot reach this number; another one may.</summary>
    NotRoutable,

    /// <summary>The phone was off or out of reach: some delayed repetitions.</summary>
    Unreachable,

    /// <summary>The carrier does not say why: one delayed repetition.</summary>
    RetryOnce,

    /// <summary>Filtered by a carrier, or a registration is missing: no repetition, somebody must look.</summary>
    Filtered,

    /// <summary>A carrier's rate is exceeded: later and slower.</summary>
    SlowDown,

    /// <summary>A carrier's cap of the day is reached: tomorrow.</summary>
    NextDay,

    /// <summary>Its validity ended in the provider's queue.</summary>
    Expired,

    /// <summary>The provider takes it for SMS pumping: an abuse signal, never repeated.</summary>
    Abuse,
}
