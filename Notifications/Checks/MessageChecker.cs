using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Statuses;

namespace ProdReady.Notifications.Checks;

/// <summary>
/// Looks after one message: finds out whether one of unknown fate was sent, asks what became of one whose report does not come, and
/// sees to it that one that waits has its job.
/// </summary>
internal sealed partial class MessageChecker(
    CheckStore store,
    SendRoutes routes,
    StatusReports reports,
    IOptions<SendingOptions> options,
    MessageMetrics metrics,
    ILogger<MessageChecker> logger)
{
    /// <summary>After so long it is an operator who must find out.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    /// <summary>How far the clocks may be apart for two times to be about the same.</summary>
    private static readonly TimeSpan Nearby = TimeSpan.FromMinutes(1);

    /// <summary>How long a call may have been under way.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan JobCheck = TimeSpan.FromHours(1);
    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);

    /// <summary>After the first, when a status is asked again, since the one before.</summary>
    private static readonly TimeSpan[] StatusChecks =
        [TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(25), TimeSpan.FromHours(2), TimeSpan.FromHours(10)];

    /// <summary>Does what there is to do.</summary>
    public Task CheckAsync(CheckedMessage message, CancellationToken cancellationToken) => message.Status switch
    {
        MessageStatus.Unknown => FindOutAsync(message, cancellationToken),
        MessageStatus.Sent => AskAsync(message, cancellationToken),
        MessageStatus.Accepted or MessageStatus.Scheduled => SeeToJobAsync(message, cancellationToken),
        MessageStatus.Sending => SeeToSendAsync(message, cancellationToken),
        _ => store.LookAgainAsync(message, null, cancellationToken),
    };

    private async Task SeeToJobAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        var wasLost = await store.EnqueueAsync(message, cancellationToken);
        if (wasLost)
        {
            Log.JobLost(logger, message.Id);
        }

        // The job that is there may be the one before, which is about to end
        await store.LookAgainAsync(message, wasLost ? JobCheck : SendPolicy.UnclaimedAfter, cancellationToken);
    }

    private async Task SeeToSendAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        if (!await store.GiveUpSendAsync(message, cancellationToken))
        {
            await store.LookAgainAsync(message, JobCheck, cancellationToken);
        }
    }

    private async Task AskAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        if (routes.Provider(message.Provider) is { } provider && provider.Account == message.Account && message.ProviderId is { } providerId
            && await provider.FetchAsync(providerId, cancellationToken) is LookUpResult.Found { Messages: [var known, ..] })
        {
            metrics.Polled();
            // By the provider's id alone: a report may have shown meanwhile that it is another message's
            if (await reports.ApplyAsync(Report(message, known, provider) with { MessageId = null }, cancellationToken) == StatusEffect.Moved
                && known.Status >= ProviderStatus.Delivered)
            {
                return;
            }
        }

        TimeSpan? next = message.Checks <= StatusChecks.Length ? StatusChecks[message.Checks - 1] : null;
        if (next is null)
        {
            Log.NeverReported(logger, message.Id);
        }

        await store.LookAgainAsync(message, next, cancellationToken);
    }

    private async Task FindOutAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        if (routes.Provider(message.Provider) is not { } provider || message.Sender is null || message.AttemptAt is not { } attemptAt)
        {
            await CannotAskAsync(message, "its provider is not configured any more", cancellationToken);
            return;
        }

        if (provider.Account != message.Account)
        {
            // An empty list of another account would prove nothing
            await CannotAskAsync(message, "the account that it went by is not configured any more", cancellationToken);
            return;
        }

        switch (await provider.ListAsync(new(message.To, message.Sender, attemptAt), cancellationToken))
        {
            case LookUpResult.Found { Messages: var messages }:
                await LookThroughAsync(message, attemptAt, messages, provider, cancellationToken);
                break;
            case LookUpResult.Failed failed:
                await CannotAskAsync(message, failed.Reason, cancellationToken);
                break;
        }
    }

    private async Task LookThroughAsync(
        CheckedMessage message,
        DateTimeOffset attemptAt,
        IReadOnlyList<ProviderMessage> messages,
        ISmsProvider provider,
        CancellationToken cancellationToken)
    {
        foreach (var candidate in messages.Where(candidate => IsIt(candidate, message)))
        {
            // A state that we do not know is one of a message that was taken
            var known = candidate.Status == ProviderStatus.Other ? candidate with { Status = ProviderStatus.Queued } : candidate;
            switch (await reports.AdoptAsync(Report(message, known, provider), cancellationToken))
            {
                case StatusEffect.NotOurs:
                    continue;
                case StatusEffect.Later:
                    await store.LookAgainAsync(message, options.Value.FirstLook, cancellationToken);
                    return;
                default:
                    metrics.Resolved("found");
                    Log.Found(logger, message.Id, MaskedNumber.Of(message.To), candidate.ProviderId);
                    return;
            }
        }

        // One with another text, of which nobody here knows: maybe the provider has changed the text, so that it is no proof
        var unexplained = messages
            .Where(candidate => candidate.CreatedAt is not { } at || (at >= attemptAt - Nearby && at <= attemptAt + LongestDelay))
            .Select(candidate => candidate.ProviderId)
            .ToList();
        if (unexplained.Count > 0 && (await store.FindStrangersAsync(message.To, unexplained, cancellationToken)) is [var stranger, ..])
        {
            await StrangerAsync(message, stranger, cancellationToken);
            return;
        }

        await NotFoundAsync(message, cancellationToken);
    }

    /// <summary>It may be another message's of unknown fate, which will have taken it soon.</summary>
    private async Task StrangerAsync(CheckedMessage message, string stranger, CancellationToken cancellationToken)
    {
        var reason = $"the provider lists {stranger} to this number, with another text, which nobody here has sent";
        if (message.Since < LongestDelay)
        {
            Log.CannotAsk(logger, message.Id, reason);
            await store.LookAgainAsync(message, options.Value.FirstLook, cancellationToken);
        }
        else
        {
            await CannotAskAsync(message, reason, cancellationToken);
        }
    }

    /// <summary>By the text without its white space, which providers change; an account may be set to hide texts.</summary>
    private static bool IsIt(ProviderMessage candidate, CheckedMessage message) =>
        string.IsNullOrEmpty(candidate.Body) || message.Body is null || Words(candidate.Body) == Words(message.Body);

    private static string Words(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));

    private async Task NotFoundAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (message.Since < settings.ProofAfter)
        {
            await store.LookAgainAsync(message, settings.ProofAfter - message.Since, cancellationToken);
            return;
        }

        const string Proof = "The provider's list proves that it was not sent";
        var (status, error) = message switch
        {
            { IsOver: true } => (MessageStatus.Expired, $"{Proof}, and its time is over."),
            _ when settings.PolicyFor(message.Kind) == UnknownPolicy.Never =>
                (MessageStatus.Failed, $"{Proof}; by Sending:WhenUnknown it is not sent again."),
            _ => (MessageStatus.Accepted, $"{Proof}: it is sent again."),
        };
        if (await store.ResolveAsync(message, status, error, cancellationToken))
        {
            metrics.Resolved("not_sent", message, status);
            Log.NotSent(logger, message.Id, MaskedNumber.Of(message.To), status);
        }
    }

    private async Task CannotAskAsync(CheckedMessage message, string reason, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.PolicyFor(message.Kind) == UnknownPolicy.Resend && message.Since >= settings.ProofAfter)
        {
            var status = message.IsOver ? MessageStatus.Expired : MessageStatus.Accepted;
            if (await store.ResolveAsync(
                message, status, $"Nobody can say whether it was sent ({reason}); by Sending:WhenUnknown it is sent again.", cancellationToken))
            {
                metrics.Resolved("resent_unproved", message, status);
                Log.Resent(logger, message.Id, reason);
            }

            return;
        }

        if (message.Since >= GiveUpAfter)
        {
            if (message.Since < GiveUpAfter + Hourly)
            {
                metrics.Resolved("given_up");
                Log.GivenUp(logger, message.Id, MaskedNumber.Of(message.To), reason);
            }

            // Maybe the account comes back
            await store.LookAgainAsync(message, Hourly, cancellationToken);
            return;
        }

        Log.CannotAsk(logger, message.Id, reason);
        var pause = settings.FirstLook * Math.Pow(2, Math.Min(message.Checks, 10));
        await store.LookAgainAsync(message, pause < LongestPause ? pause : LongestPause, cancellationToken);
    }

    private static StatusReport Report(CheckedMessage message, ProviderMessage known, ISmsProvider provider) =>
        new(message.Id, provider.Name, known, provider.Explain(known)) { To = message.To };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To}, whose answer was lost, was sent: the provider knows it as {ProviderId}")]
        public static partial void Found(ILogger logger, Guid id, string to, string providerId);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To}, whose answer was lost, was not sent: the provider's list does not have it. It is {Status} now")]
        public static partial void NotSent(ILogger logger, Guid id, string to, string status);

        [LoggerMessage(LogLevel.Warning, "Message {Id} may have been sent; it is sent again without proof, by Sending:WhenUnknown ({Reason})")]
        public static partial void Resent(ILogger logger, Guid id, string reason);

        [LoggerMessage(LogLevel.Warning, "What became of message {Id} cannot be asked for now: {Reason}")]
        public static partial void CannotAsk(ILogger logger, Guid id, string reason);

        [LoggerMessage(LogLevel.Error, "What became of message {Id} to {To} could not be found out in a day ({Reason}); it is asked for every hour, see the provider's own log")]
        public static partial void GivenUp(ILogger logger, Guid id, string to, string reason);

        [LoggerMessage(LogLevel.Warning, "Whether message {Id} was delivered, its provider has not said in half a day")]
        public static partial void NeverReported(ILogger logger, Guid id);

        [LoggerMessage(LogLevel.Error, "Message {Id} had lost its job, and has a new one")]
        public static partial void JobLost(ILogger logger, Guid id);
    }
}
