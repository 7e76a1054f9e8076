namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's Messages resource, <c>/2010-04-01/Accounts/{AccountSid}/Messages</c>, of one account.</summary>
/// <remarks>Whatever happens on the way to Twilio and back comes out as a <see cref="TwilioResult"/>.</remarks>
internal interface ITwilioMessages
{
    /// <summary>
    /// Sends a message, once: no layer below repeats it. Twilio has no idempotency for messages, so an answer that did not
    /// arrive is <see cref="TwilioResult.Unknown"/>; so is a cancelled call.
    /// </summary>
    /// <param name="create">The message.</param>
    /// <param name="cancellationToken">Ends the wait; Twilio may send the message all the same.</param>
    Task<TwilioResult> CreateAsync(TwilioCreate create, CancellationToken cancellationToken);

    /// <summary>Asks for a message by the SID that <see cref="CreateAsync"/> returned.</summary>
    Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken);

    /// <summary>Lists one page of messages, the newest first.</summary>
    Task<TwilioResult> ListAsync(TwilioListing listing, CancellationToken cancellationToken);

    /// <summary>Takes a message back that Twilio has not sent yet.</summary>
    Task<TwilioResult> CancelAsync(string sid, CancellationToken cancellationToken);

    /// <summary>Empties a sent message's text at Twilio.</summary>
    Task<TwilioResult> RedactAsync(string sid, CancellationToken cancellationToken);
}

/// <summary>A message to create.</summary>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Body">1 to 1,600 characters.</param>
internal sealed record TwilioCreate(string To, string Body)
{
    /// <summary>What Twilio takes for <c>ValidityPeriod</c>, in seconds.</summary>
    private const int LongestValidity = 36_000;

    /// <summary>A number, a short code or a name; either this or <see cref="MessagingServiceSid"/>.</summary>
    public string? From { get; init; }

    /// <summary>A pool of senders.</summary>
    public string? MessagingServiceSid { get; init; }

    /// <summary>Where Twilio reports the message's states.</summary>
    public Uri? StatusCallback { get; init; }

    /// <summary>How long Twilio may keep it in its queue; brought into Twilio's limits of 1 s to 10 h.</summary>
    public TimeSpan? Validity { get; init; }

    /// <summary><see cref="Validity"/> in Twilio's terms.</summary>
    public int? ValidityPeriod => Validity is { } validity ? (int)Math.Clamp(validity.TotalSeconds, 1, LongestValidity) : null;
}

/// <summary>Which messages to list.</summary>
internal sealed record TwilioListing
{
    /// <summary>The recipient.</summary>
    public string? To { get; init; }

    /// <summary>The number or name that they came from.</summary>
    public string? From { get; init; }

    /// <summary>Those that were sent on this day of UTC or later. Those that are not sent yet may be left out.</summary>
    public DateOnly? SentFrom { get; init; }

    /// <summary>How many a page has, 1 to 1,000.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>A further page, as <see cref="TwilioResult.Listed.NextPageUri"/> gave it; all else is in it.</summary>
    public string? PageUri { get; init; }
}
