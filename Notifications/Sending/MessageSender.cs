using System.Diagnostics;
using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Sending;

/// <summary>Sends one claimed message, once, and commits what came of it.</summary>
internal sealed partial class MessageSender(
    MessageStore store, ITwilioMessages twilio, NotificationMetrics metrics, TimeProvider time, ILogger<MessageSender> logger)
{
    private static readonly TimeSpan RecordRetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="message">A message that is committed as <c>sending</c>.</param>
    /// <param name="callToken">Ends the wait for Twilio; the message is <c>unknown</c> then.</param>
    public async Task SendAsync(ClaimedMessage message, CancellationToken callToken)
    {
        // Joins the request that accepted the message, in logs and in traces
        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("correlationId", message.CorrelationId) });
        using var activity = NotificationMetrics.Activities.StartActivity("sms send", ActivityKind.Consumer, message.TraceParent);
        activity?.SetTag("correlation.id", message.CorrelationId);
        activity?.SetTag("messaging.message.id", message.Id);

        var started = time.GetTimestamp();
        var result = await twilio.CreateAsync(message.To, message.Body, callToken);
        var outcome = SendPolicy.Decide(result, message, time.GetUtcNow(), Random.Shared.NextDouble());
        if (await RecordAsync(message, outcome))
        {
            metrics.Attempted(outcome, time.GetElapsedTime(started));
            Report(message, outcome);
        }
        else
        {
            Log.NotRecorded(logger, message.Id, outcome.Status);
        }
    }

    /// <summary>
    /// Tries as long as the lease lasts, also while the service stops: what Twilio said must not be lost to a database that
    /// is away for some seconds.
    /// </summary>
    private async Task<bool> RecordAsync(ClaimedMessage message, SendOutcome outcome)
    {
        while (true)
        {
            try
            {
                return await store.RecordAsync(message, outcome, CancellationToken.None);
            }
            catch (NpgsqlException exception) when (exception.IsTransient && time.GetUtcNow() < message.LeaseUntil)
            {
                Log.RecordFailed(logger, message.Id, exception.Message);
                await Task.Delay(RecordRetryDelay, time);
            }
        }
    }

    private void Report(ClaimedMessage message, SendOutcome outcome)
    {
        // Not the error's sentence: Twilio quotes the recipient's whole number in some
        var to = MaskedNumber.Of(message.To);
        switch (outcome.Status)
        {
            case MessageStatus.Sent:
                Log.Sent(logger, message.Id, to, outcome.ProviderSid);
                break;
            case MessageStatus.Accepted:
                Log.Postponed(logger, message.Id, to, outcome.NextAttemptAt, outcome.ErrorCode);
                break;
            case MessageStatus.Unknown:
                Log.Unknown(logger, message.Id, to);
                break;
            default:
                Log.Failed(logger, message.Id, to, outcome.ErrorCode);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Message {Id} to {To} was sent as {Sid}")]
        public static partial void Sent(ILogger logger, Guid id, string to, string? sid);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} was not taken (code {Code}); next try at {At}")]
        public static partial void Postponed(ILogger logger, Guid id, string to, DateTimeOffset? at, int? code);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} failed with code {Code}")]
        public static partial void Failed(ILogger logger, Guid id, string to, int? code);

        [LoggerMessage(LogLevel.Warning, "Message {Id} to {To} may or may not have been sent")]
        public static partial void Unknown(ILogger logger, Guid id, string to);

        [LoggerMessage(LogLevel.Warning, "The outcome of message {Id} is not committed yet: {Reason}")]
        public static partial void RecordFailed(ILogger logger, Guid id, string reason);

        [LoggerMessage(LogLevel.Error, "Message {Id} came out {Status}, but another sender's outcome is committed")]
        public static partial void NotRecorded(ILogger logger, Guid id, string status);
    }
}
