namespace ProdReady.Notifications.Providers;

/// <summary>An account at somebody who sends SMS.</summary>
/// <remarks>
/// Whatever happens on the way there and back comes out as a result, never as an exception; only bugs are exceptions.
/// </remarks>
internal interface ISmsProvider
{
    /// <summary>Its name in settings, metrics and answers, such as <c>twilio</c>.</summary>
    string Name { get; }

    /// <summary>Tells one set of credentials from another without revealing them: new ones forget what the old ones were refused for.</summary>
    string Fingerprint { get; }

    /// <summary>
    /// Which account it is, whatever its credentials: what another account does not list proves nothing.
    /// </summary>
    string Account { get; }

    /// <summary>Who its messages may come from, in the order of preference.</summary>
    IReadOnlyList<SmsSender> Senders { get; }

    /// <summary>
    /// Sends a message, once: no layer below repeats it. An answer that did not arrive is <see cref="SendResult.Unknown"/>; so is
    /// a cancelled call.
    /// </summary>
    Task<SendResult> SendAsync(OutgoingSms message, CancellationToken cancellationToken);

    /// <summary>Asks what became of a message.</summary>
    /// <param name="providerId">The id that the provider gave it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<LookUpResult> FetchAsync(string providerId, CancellationToken cancellationToken);

    /// <summary>Lists what was sent to a number, to find a message whose answer was lost.</summary>
    Task<LookUpResult> ListAsync(SentSearch search, CancellationToken cancellationToken);

    /// <summary>What the error code of a message that was taken means; <see langword="null"/> for one without.</summary>
    ProviderFailure? Explain(ProviderMessage message);
}

/// <summary>A sender.</summary>
/// <param name="Address">A number in E.164 form, a short code, an alphanumeric id, or a messaging service's SID.</param>
/// <param name="Type">Which kind of them.</param>
/// <param name="SegmentsPerSecond">How many segments may be handed over for it in a second; <see langword="null"/> for no limit.</param>
/// <param name="Countries">The countries it sends to, by ISO codes; <see langword="null"/> for all.</param>
internal sealed record SmsSender(
    string Address, SenderType Type, double? SegmentsPerSecond = null, IReadOnlySet<string>? Countries = null);

/// <summary>The kinds of senders, which carriers allow different rates.</summary>
internal enum SenderType
{
    /// <summary>An ordinary number.</summary>
    LongCode,

    /// <summary>A toll-free number.</summary>
    TollFree,

    /// <summary>A number of five or six digits.</summary>
    ShortCode,

    /// <summary>A name in place of a number; it takes no answers.</summary>
    Alphanumeric,

    /// <summary>A pool of the provider's, which spreads its messages over its senders by itself.</summary>
    MessagingService,
}

/// <summary>A message to hand over.</summary>
/// <param name="Id">Our id of it; the provider's reports come to an address that has it.</param>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Sender">The sender's <see cref="SmsSender.Address"/>.</param>
/// <param name="Body">The text.</param>
/// <param name="Validity">How long the provider may keep it in its queue; <see langword="null"/> for as long as it likes.</param>
internal sealed record OutgoingSms(Guid Id, string To, string Sender, string Body, TimeSpan? Validity);

/// <summary>Which messages to list.</summary>
/// <param name="To">The recipient, in E.164 form.</param>
/// <param name="Sender">The sender's <see cref="SmsSender.Address"/>.</param>
/// <param name="CreatedFrom">Those that came to the provider at this time or later.</param>
internal sealed record SentSearch(string To, string Sender, DateTimeOffset CreatedFrom);
