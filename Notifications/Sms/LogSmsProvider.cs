using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Sends nothing: the log says what would have been sent. For development.</summary>
/// <remarks>
/// A text is shown only where <c>Sms:LogText</c> asks for it, in the Development environment: a provider does not know which
/// texts have codes in them.
/// </remarks>
internal sealed partial class LogSmsProvider(IOptions<SmsOptions> options, ILogger<LogSmsProvider> logger, TimeProvider time) : ISmsProvider
{
    /// <summary>Enough to look up what a developer just sent.</summary>
    private const int Remembered = 1000;

    private readonly ConcurrentQueue<(string To, string Sender, ProviderMessage Message)> _sent = new();

    public string Name => "log";

    public string Fingerprint => "log";

    public string Account => "log";

    public IReadOnlyList<SmsSender> Senders { get; } = [new("LOG", SenderType.Alphanumeric)];

    public Task<SendResult> SendAsync(OutgoingSms message, CancellationToken cancellationToken)
    {
        var created = new ProviderMessage(
            $"LM{Guid.CreateVersion7():N}", ProviderStatus.Sent, Body: message.Body, CreatedAt: time.GetUtcNow());
        _sent.Enqueue((message.To, message.Sender, created));
        while (_sent.Count > Remembered)
        {
            _sent.TryDequeue(out _);
        }

        var to = MaskedNumber.Of(message.To);
        if (options.Value.LogText)
        {
            Log.WouldSendText(logger, to, created.ProviderId, message.Body);
        }
        else
        {
            Log.WouldSend(logger, to, created.ProviderId, message.Body.Length);
        }

        return Task.FromResult<SendResult>(new SendResult.Sent(created));
    }

    public Task<LookUpResult> FetchAsync(string providerId, CancellationToken cancellationToken) =>
        // Nobody reports a delivery
        Found(_sent.Where(sent => sent.Message.ProviderId == providerId)
            .Select(sent => sent.Message with { Status = ProviderStatus.Delivered }));

    public Task<LookUpResult> ListAsync(SentSearch search, CancellationToken cancellationToken) =>
        Found(_sent.Reverse()
            .Where(sent => sent.To == search.To && sent.Sender == search.Sender && sent.Message.CreatedAt >= search.CreatedFrom)
            .Select(sent => sent.Message));

    public ProviderFailure? Explain(ProviderMessage message) => null;

    private static Task<LookUpResult> Found(IEnumerable<ProviderMessage> messages) =>
        Task.FromResult<LookUpResult>(new LookUpResult.Found([.. messages]));

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information, "Would send a text of {Length} characters to {To} as {ProviderId}; Sms:LogText=true shows it in Development")]
        public static partial void WouldSend(ILogger logger, string to, string providerId, int length);

        [LoggerMessage(LogLevel.Information, "Would send to {To} as {ProviderId}: {Text}")]
        public static partial void WouldSendText(ILogger logger, string to, string providerId, string text);
    }
}
