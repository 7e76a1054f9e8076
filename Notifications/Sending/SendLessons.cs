using Npgsql;
using ProdReady.Notifications.Breakers;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Suppressions;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Sending;

/// <summary>Keeps what a refusal says of other messages. What cannot be kept now, the next refusal will teach again.</summary>
internal sealed partial class SendLessons(
    BreakerBoard breakers,
    SuppressionStore suppressions,
    RefusedNumberStore refused,
    SendStore sends,
    TimeProvider time,
    ILogger<SendLessons> logger)
{
    /// <summary>An account that is refused is tried again after a minute, then less and less often.</summary>
    private static readonly TimeSpan AccountPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAccountPause = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan SenderPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestSenderPause = TimeSpan.FromHours(1);

    /// <summary>Asks to be the one that tries whether something is of use again.</summary>
    public Task<bool> TryProbeAsync(string scope, CancellationToken cancellationToken) => breakers.TryProbeAsync(scope, cancellationToken);

    /// <summary>Learns from a send.</summary>
    public async Task LearnAsync(Guid id, SendDecision decision, SendRoute route, BegunSend begun)
    {
        try
        {
            await KeepAsync(id, decision, route, begun, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException || DatabaseOutage.Caused(exception))
        {
            Log.NotKept(logger, decision.Lesson, exception.Message);
        }
    }

    private async Task KeepAsync(Guid id, SendDecision decision, SendRoute route, BegunSend begun, CancellationToken cancellationToken)
    {
        var outcome = decision.Outcome;
        var reason = outcome.Error ?? "";
        var account = SendRoutes.AccountScope(route.Provider);
        switch (decision.Lesson)
        {
            case SendLesson.AccountRefused:
                await breakers.OpenAsync(account, outcome.Code, reason, AccountPause, LongestAccountPause, cancellationToken);
                break;
            case SendLesson.AccountCapped:
                var pause = decision.Pause ?? UntilTomorrow();
                await breakers.OpenAsync(account, outcome.Code, reason, pause, pause, cancellationToken);
                break;
            case SendLesson.SenderRefused:
                await breakers.OpenAsync(
                    SendRoutes.SenderScope(route.Provider, route.Sender), outcome.Code, reason, SenderPause, LongestSenderPause, cancellationToken);
                break;
            case SendLesson.OptedOut:
                await suppressions.AddAsync(begun.To, route.Sender.Address, SuppressionStore.Provider, cancellationToken);
                break;
            case SendLesson.NumberRefused:
                await refused.AddAsync(begun.To, outcome.Code, reason, cancellationToken);
                break;
            case SendLesson.NotRoutable:
                await sends.AddNotRoutableAsync(id, route.Name, cancellationToken);
                break;
            case SendLesson.Alert:
                Log.Alert(logger, route.Provider.Name, outcome.Code, begun.Country);
                break;
            default:
                break;
        }

        if (ShowsThatItWorks(decision))
        {
            await CloseAsync(route, cancellationToken);
        }
    }

    /// <summary>The provider took the message, or had something against the message alone.</summary>
    private static bool ShowsThatItWorks(SendDecision decision) => decision.Outcome.ProviderId is not null
        || decision.Lesson is SendLesson.OptedOut or SendLesson.NumberRefused or SendLesson.NotRoutable
        || (decision is { Lesson: SendLesson.None, Outcome: { Status: MessageStatus.Failed, Code: not null } });

    private async Task CloseAsync(SendRoute route, CancellationToken cancellationToken)
    {
        foreach (var scope in route.Probes)
        {
            await breakers.CloseAsync(scope, cancellationToken);
        }
    }

    /// <summary>Caps of a day are reset at midnight, UTC.</summary>
    private TimeSpan UntilTomorrow()
    {
        var now = time.GetUtcNow();
        return now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Provider} refuses messages to {Country} with code {Code}, and will until somebody acts; see the message's error")]
        public static partial void Alert(ILogger logger, string provider, int? code, string country);

        [LoggerMessage(LogLevel.Warning, "{Lesson} could not be kept: {Reason}")]
        public static partial void NotKept(ILogger logger, SendLesson lesson, string reason);
    }
}
