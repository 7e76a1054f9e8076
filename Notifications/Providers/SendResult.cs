namespace ProdReady.Notifications.Providers;

/// <summary>What came of handing a message over.</summary>
internal abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>The provider took it.</summary>
    /// <param name="Message">What the provider says of it.</param>
    internal sealed record Sent(ProviderMessage Message) : SendResult;

    /// <summary>The provider refused; it did nothing.</summary>
    /// <param name="Failure">Why, and what that means.</param>
    internal sealed record Refused(ProviderFailure Failure) : SendResult;

    /// <summary>The request never left. Safe to repeat.</summary>
    internal sealed record NotSent(string Reason, TimeSpan? RetryAfter) : SendResult;

    /// <summary>The request left, and no answer says what became of it. Repeating it could do it twice.</summary>
    internal sealed record Unknown(string Reason) : SendResult;
}

/// <summary>What came of a question about messages.</summary>
internal abstract record LookUpResult
{
    private LookUpResult()
    {
    }

    /// <summary>The provider answered.</summary>
    /// <param name="Messages">All that were found, the newest first.</param>
    internal sealed record Found(IReadOnlyList<ProviderMessage> Messages) : LookUpResult;

    /// <summary>The provider did not say; ask again later.</summary>
    internal sealed record Failed(string Reason, TimeSpan? RetryAfter) : LookUpResult;
}

/// <summary>A message as its provider knows it.</summary>
/// <param name="ProviderId">The provider's id of it.</param>
/// <param name="Status">Its state there.</param>
/// <param name="ErrorCode">The provider's code of why it was not delivered.</param>
/// <param name="ErrorMessage">The same in words.</param>
/// <param name="Body">Its text, where the provider tells.</param>
/// <param name="CreatedAt">When it came to the provider.</param>
/// <param name="Segments">How many segments were billed.</param>
/// <param name="Price">What it cost, once that is known; not negative.</param>
/// <param name="Currency">The currency of <paramref name="Price"/>, ISO 4217.</param>
internal sealed record ProviderMessage(
    string ProviderId,
    ProviderStatus Status,
    int? ErrorCode = null,
    string? ErrorMessage = null,
    string? Body = null,
    DateTimeOffset? CreatedAt = null,
    int? Segments = null,
    decimal? Price = null,
    string? Currency = null);

/// <summary>The states of a message at its provider, in the order in which it goes through them.</summary>
/// <remarks>The states from <see cref="Delivered"/> on are its end; only <see cref="Read"/> may follow <see cref="Delivered"/>.</remarks>
internal enum ProviderStatus
{
    /// <summary>A state that we do not know, or none.</summary>
    Other,

    /// <summary>A messaging service has it, and chooses a sender.</summary>
    Accepted,

    /// <summary>It waits for its time.</summary>
    Scheduled,

    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>It is on its way to a carrier.</summary>
    Sending,

    /// <summary>A carrier has it.</summary>
    Sent,

    /// <summary>It is on the phone.</summary>
    Delivered,

    /// <summary>The carrier could not deliver it.</summary>
    Undelivered,

    /// <summary>The provider could not send it.</summary>
    Failed,

    /// <summary>It was canceled before it was sent.</summary>
    Canceled,

    /// <summary>It was read.</summary>
    Read,
}
