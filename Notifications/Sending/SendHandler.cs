using System.Diagnostics;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Sending;

/// <summary>
/// Sends one message, once: commits <c>sending</c>, calls the provider, commits what came of it. A job that is done a second
/// time finds the state of the first, and sends nothing.
/// </summary>
internal sealed partial class SendHandler(
    SendBatches batches,
    SendRoutes routes,
    SendLessons lessons,
    QuietSends quiet,
    SendStore store,
    IOptions<SendingOptions> options,
    MessageMetrics metrics,
    TimeProvider time,
    ILogger<SendHandler> logger) : IJobHandler<SendJob>
{
    private static readonly TimeSpan RecordRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>What committing <c>sending</c> may take; well below the time after which others ask what became of it.</summary>
    private static readonly TimeSpan LongestBegin = TimeSpan.FromSeconds(20);

    /// <summary>For the message that tries whether a sender works again.</summary>
    private static readonly TimeSpan ProbeWait = TimeSpan.FromSeconds(5);

    private static readonly JobOutcome Done = new JobOutcome.Done();

    public async Task<JobOutcome> HandleAsync(Job<SendJob> job, CancellationToken cancellationToken)
    {
        var message = job.Payload;
        Activity.Current?.SetTag("prodready.message.id", message.Id);
        var quietFor = await quiet.WaitAsync(message, cancellationToken);
        var choice = quietFor > TimeSpan.Zero ? new([], QuietSends.Reason, quietFor) : await ChooseAsync(message, cancellationToken);
        var (refused, waits) = ((ISmsProvider?)null, choice.HasShut);
        for (var place = 0; place < choice.Open.Count; place++)
        {
            var route = choice.Open[place];
            if (route.Provider == refused || !await MayTryAsync(route, cancellationToken))
            {
                waits = true;
                continue;
            }

            var later = choice.Open.Skip(place + 1).Any(next => next.Provider != route.Provider);
            var (outcome, lesson) = await SendAsync(
                message, route, new(Others: place < choice.Open.Count - 1, OtherAccounts: later, Waits: waits), cancellationToken);
            if (outcome is not null)
            {
                return outcome;
            }

            refused = lesson is SendLesson.AccountRefused or SendLesson.AccountCapped ? route.Provider : refused;
            waits |= lesson != SendLesson.NotRoutable;
        }

        var begun = await batches.BeginAsync(
            new(message.Id, null, null, null, choice.Shortage ?? "A sender is tried out just now; this message follows."), cancellationToken);
        if (begun.Verdict != BeginVerdict.Short)
        {
            return End(message, begun);
        }

        if (quietFor > TimeSpan.Zero)
        {
            return new JobOutcome.Postpone(await store.PutOffAsync(message.Id, quietFor, cancellationToken));
        }

        return new JobOutcome.Postpone(choice.Open.Count > 0 ? ProbeWait : choice.Wait);
    }

    /// <summary>Those that had no way to the number when this message was tried before are left out, and take no place in their rates.</summary>
    private async Task<RouteChoice> ChooseAsync(SendJob message, CancellationToken cancellationToken)
    {
        var choice = routes.For(message.Country);
        return choice.Open.Count + (choice.HasShut ? 1 : 0) > 1
            && await batches.FindFactsAsync(message.Id, cancellationToken) is { NotRoutable.Count: > 0 } facts
                ? choice.Without(facts.NotRoutable)
                : choice;
    }

    /// <returns>How the job ends, or <see langword="null"/> to go on with the next route; and what this one has taught.</returns>
    private async Task<(JobOutcome? End, SendLesson Lesson)> SendAsync(
        SendJob message, SendRoute route, Alternatives alternatives, CancellationToken cancellationToken)
    {
        if (await TakeRateAsync(message, route, cancellationToken) is { Ticks: > 0 } wait)
        {
            return (new JobOutcome.Postpone(wait), SendLesson.None);
        }

        var asked = time.GetUtcNow();
        var begun = await batches.BeginAsync(
            // Not cancelled: what was committed as sending all the same, somebody would have to look for at the provider
            new(message.Id, route.Provider.Name, route.Provider.Account, route.Sender.Address, null), CancellationToken.None);
        if (begun.Verdict != BeginVerdict.Begun)
        {
            return (End(message, begun), SendLesson.None);
        }

        metrics.Begun(begun, time.GetUtcNow());
        var started = time.GetTimestamp();
        var decision = SendPolicy.Decide(
            await CallAsync(message, route, begun, asked, cancellationToken),
            begun.Attempt,
            options.Value.FirstCheck,
            options.Value.FirstLook,
            new(time.GetUtcNow(), begun.ExpiresAt, Random.Shared.NextDouble()));
        var isAccountRefused = decision.Lesson is SendLesson.AccountRefused or SendLesson.AccountCapped;
        var goesOn = decision.TriesNextRoute && (isAccountRefused ? alternatives.OtherAccounts : alternatives.Others);
        var outcome = goesOn
            ? decision.Outcome with { Status = MessageStatus.Accepted, Delay = TimeSpan.Zero, CheckDelay = SendPolicy.UnclaimedAfter }
            // One that is out of use for a time may have a way
            : decision.Lesson == SendLesson.NotRoutable && alternatives.Waits
                ? decision.Outcome with { Status = MessageStatus.Accepted, Delay = ProbeWait, CheckDelay = ProbeWait + SendPolicy.UnclaimedAfter }
            : decision.Outcome;
        // Before the outcome, which ends the matter: whoever reads "suppressed" must not get the next message through, nor must a kill forget it
        await lessons.LearnAsync(message.Id, decision, route, begun);
        if (!await RecordAsync(new(message.Id, begun.Attempt, outcome), cancellationToken))
        {
            // Others have the message
            Log.NotRecorded(logger, message.Id, outcome.Status);
            return (Done, decision.Lesson);
        }

        metrics.Attempted(route, begun, message.Segments, outcome, time.GetElapsedTime(started));
        Report(message.Id, begun.To, route, outcome);
        JobOutcome? end = goesOn ? null
            : outcome.Status == MessageStatus.Accepted ? new JobOutcome.Postpone(outcome.Delay ?? TimeSpan.Zero) : Done;
        return (end, decision.Lesson);
    }

    /// <param name="message">The message.</param>
    /// <param name="route">By whom.</param>
    /// <param name="begun">Its send.</param>
    /// <param name="asked">When that was asked for, before it was committed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<SendResult> CallAsync(
        SendJob message, SendRoute route, BegunSend begun, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        // A process that was frozen in between may have been taken for dead, and others may have sent it. By the clock on the wall:
        // the other one stands still with the machine
        if (cancellationToken.IsCancellationRequested || (time.GetUtcNow() - asked).Duration() > LongestBegin)
        {
            return new SendResult.NotSent("Too much time went by before it could be handed over.", null);
        }

        if (begun.Body is null)
        {
            // Every replica has a key before texts are sealed with it, so that nobody else has this one either
            return new SendResult.Refused(new(
                null, "Its text is sealed with a key that is not among VERIFICATION_KEYS any more.", FailureHandling.Permanent));
        }

        // What is left of its time, so that a code does not wait in the provider's queue for longer
        var validity = begun.ExpiresAt - time.GetUtcNow();
        return await route.Provider.SendAsync(
            new(message.Id, begun.To, route.Sender.Address, begun.Body, validity > TimeSpan.Zero ? validity : TimeSpan.FromSeconds(1)),
            cancellationToken);
    }

    private async Task<bool> MayTryAsync(SendRoute route, CancellationToken cancellationToken)
    {
        foreach (var scope in route.Probes)
        {
            if (!await lessons.TryProbeAsync(scope, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<TimeSpan> TakeRateAsync(SendJob message, SendRoute route, CancellationToken cancellationToken)
    {
        double? countryRate = options.Value.CountryRates.TryGetValue(message.Country, out var rate) ? rate : null;
        return route.Sender.SegmentsPerSecond is null && countryRate is null
            ? TimeSpan.Zero
            : await batches.TakeRateAsync(
                new(
                    route.Sender.SegmentsPerSecond is null ? null : $"{route.Provider.Name}:{route.Sender.Address}",
                    route.Sender.SegmentsPerSecond,
                    countryRate is null ? null : message.Country,
                    countryRate,
                    message.Segments,
                    message.Kind.Priority()),
                cancellationToken);
    }

    private JobOutcome End(SendJob message, BegunSend begun)
    {
        metrics.NotBegun(begun);
        if (begun.Verdict == BeginVerdict.Died)
        {
            Log.Died(logger, message.Id);
        }

        return begun.Verdict == BeginVerdict.Early ? new JobOutcome.Postpone(begun.Wait) : Done;
    }

    /// <summary>
    /// Tries as long as the job is ours, and once where it is not: what the provider said must not be lost to a database that is away
    /// for some seconds, nor to a service that stops.
    /// </summary>
    private async Task<bool> RecordAsync(SendRecord record, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await batches.RecordAsync(record, CancellationToken.None);
            }
            catch (Exception exception) when (
                (DatabaseOutage.Caused(exception) || exception is TimeoutException) && !cancellationToken.IsCancellationRequested)
            {
                Log.RecordFailed(logger, record.Id, exception.Message);
                await Task.Delay(RecordRetryDelay, time, CancellationToken.None);
            }
        }
    }

    private void Report(Guid id, string to, SendRoute route, SendOutcome outcome)
    {
        // Not the error's sentence: providers quote the recipient's whole number in some
        var number = MaskedNumber.Of(to);
        switch (outcome.Status)
        {
            case MessageStatus.Sent:
                Log.Sent(logger, id, number, route.Provider.Name, outcome.ProviderId);
                break;
            case MessageStatus.Accepted:
                Log.Postponed(logger, id, number, outcome.Delay, outcome.Code);
                break;
            case MessageStatus.Unknown:
                Log.Unknown(logger, id, number, outcome.Error);
                break;
            default:
                Log.Ended(logger, id, number, outcome.Status, outcome.Code);
                break;
        }
    }

    /// <summary>What there is besides a route.</summary>
    /// <param name="Others">Whether there are others after it.</param>
    /// <param name="OtherAccounts">Whether one of these is another account's.</param>
    /// <param name="Waits">Whether one is out of use for a time, and may be asked later.</param>
    private readonly record struct Alternatives(bool Others, bool OtherAccounts, bool Waits);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Message {Id} to {To} was sent by {Provider} as {ProviderId}")]
        public static partial void Sent(ILogger logger, Guid id, string to, string provider, string? providerId);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} was not taken (code {Code}); tried again in {Delay}")]
        public static partial void Postponed(ILogger logger, Guid id, string to, TimeSpan? delay, int? code);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} is {Status} (code {Code})")]
        public static partial void Ended(ILogger logger, Guid id, string to, string status, int? code);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} may or may not have been sent: {Reason} It is looked for at the provider")]
        public static partial void Unknown(ILogger logger, Guid id, string to, string? reason);

        [LoggerMessage(LogLevel.Warning, "The sender of message {Id} died during the call; it is looked for at the provider")]
        public static partial void Died(ILogger logger, Guid id);

        [LoggerMessage(LogLevel.Warning, "The outcome of message {Id} is not committed yet: {Reason}")]
        public static partial void RecordFailed(ILogger logger, Guid id, string reason);

        [LoggerMessage(LogLevel.Error, "Message {Id} came out {Status}, but something else is committed of it")]
        public static partial void NotRecorded(ILogger logger, Guid id, string status);
    }
}
