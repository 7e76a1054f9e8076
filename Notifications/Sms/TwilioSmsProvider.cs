using ProdReady.Notifications.Callbacks;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>An account at Twilio.</summary>
internal sealed class TwilioSmsProvider(TwilioAccount account, ITwilioMessages messages, CallbackAddress callbacks) : ISmsProvider
{
    /// <summary>Twilio's code for a message that does not exist.</summary>
    private const int NotFound = 20404;

    public string Name => account.Name;

    public string Fingerprint => account.Fingerprint;

    public string Account { get; } = $"{account.Sid}@{account.BaseUrl.Authority}";

    public IReadOnlyList<SmsSender> Senders => account.Senders;

    public async Task<SendResult> SendAsync(OutgoingSms message, CancellationToken cancellationToken)
    {
        var isService = TwilioSenders.TypeOf(message.Sender) is SenderType.MessagingService;
        var create = new TwilioCreate(message.To, message.Body)
        {
            From = isService ? null : message.Sender,
            MessagingServiceSid = isService ? message.Sender : null,
            StatusCallback = callbacks.StatusOf(message.Id),
            Validity = message.Validity,
        };
        return await messages.CreateAsync(create, cancellationToken) switch
        {
            TwilioResult.Succeeded succeeded => new SendResult.Sent(TwilioProviderMessage.Of(succeeded.Message)),
            TwilioResult.Rejected rejected => Refused(rejected),
            TwilioResult.NotSent notSent => new SendResult.NotSent(notSent.Reason, notSent.RetryAfter),
            TwilioResult.Unknown unknown => new SendResult.Unknown(unknown.Reason),
            var other => throw new InvalidOperationException($"{other.GetType().Name} is no answer to a create."),
        };
    }

    public async Task<LookUpResult> FetchAsync(string providerId, CancellationToken cancellationToken) =>
        await messages.FetchAsync(providerId, cancellationToken) switch
        {
            TwilioResult.Succeeded succeeded => new LookUpResult.Found([TwilioProviderMessage.Of(succeeded.Message)]),
            TwilioResult.Rejected { Code: NotFound } => new LookUpResult.Found([]),
            var failed => TwilioSearch.FailureOf(failed),
        };

    public Task<LookUpResult> ListAsync(SentSearch search, CancellationToken cancellationToken) =>
        messages.FindAsync(search, cancellationToken);

    public ProviderFailure? Explain(ProviderMessage message) =>
        message.ErrorCode is null && message.Status is not (ProviderStatus.Undelivered or ProviderStatus.Failed)
            ? null
            : TwilioErrors.InReport(message.ErrorCode, message.ErrorMessage);

    private static SendResult Refused(TwilioResult.Rejected rejected)
    {
        var failure = TwilioErrors.OnCreate(rejected.HttpStatus, rejected.Code, rejected.Message, rejected.RetryAfter);
        return failure.Handling is FailureHandling.Ambiguous
            ? new SendResult.Unknown(failure.Message)
            : new SendResult.Refused(failure);
    }
}
