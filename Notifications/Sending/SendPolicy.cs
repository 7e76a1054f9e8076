using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sending;

/// <summary>What a send's result means for its message and for those that follow.</summary>
/// <param name="Outcome">The state that the message comes into.</param>
/// <param name="Lesson">What is learned for other messages.</param>
/// <param name="TriesNextRoute">Whether another sender may do better, now.</param>
/// <param name="Pause">For how long the account is of no use, where the provider told.</param>
internal sealed record SendDecision(
    SendOutcome Outcome, SendLesson Lesson = SendLesson.None, bool TriesNextRoute = false, TimeSpan? Pause = null);

/// <summary>What a refusal says of other messages.</summary>
internal enum SendLesson
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The account is of no use until somebody has looked.</summary>
    AccountRefused,

    /// <summary>The account is of no use until its cap is reset.</summary>
    AccountCapped,

    /// <summary>The sender is of no use until somebody has looked.</summary>
    SenderRefused,

    /// <summary>The number wants no messages from this sender.</summary>
    OptedOut,

    /// <summary>The number takes no messages.</summary>
    NumberRefused,

    /// <summary>The sender has no way to the number: of this message's alone.</summary>
    NotRoutable,

    /// <summary>Nothing to do but to tell an operator.</summary>
    Alert,
}

/// <summary>When a send's result is decided on.</summary>
/// <param name="Now">The time.</param>
/// <param name="ExpiresAt">When the message is dropped.</param>
/// <param name="Jitter">0 to 1, so that messages that failed together do not come back together.</param>
internal readonly record struct SendMoment(DateTimeOffset Now, DateTimeOffset ExpiresAt, double Jitter);

/// <summary>Decides what a send's result means.</summary>
internal static class SendPolicy
{
    /// <summary>A message that is to be tried again is looked after this long after its time: its job may be lost.</summary>
    public static readonly TimeSpan UnclaimedAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SenderQueueDelay = TimeSpan.FromMinutes(1);

    /// <summary>Decides.</summary>
    /// <param name="result">What came of the call.</param>
    /// <param name="attempt">Which send of the message it was, from 1.</param>
    /// <param name="firstCheck">When what becomes of a message that was sent is asked first.</param>
    /// <param name="firstLook">When one of unknown fate is looked for first.</param>
    /// <param name="moment">When that is.</param>
    public static SendDecision Decide(SendResult result, int attempt, TimeSpan firstCheck, TimeSpan firstLook, SendMoment moment) => result switch
    {
        SendResult.Sent { Message: var sent } => new(new(
            MessageStatus.Sent, sent.ProviderId, ProviderStatuses.Text(sent.Status), CheckDelay: firstCheck)),
        SendResult.NotSent notSent => new(Again(Delay(attempt, notSent.RetryAfter, moment.Jitter), null, notSent.Reason)),
        SendResult.Unknown unknown => new(Unknown(null, unknown.Reason, firstLook)),
        SendResult.Refused { Failure: var failure } => Decide(failure, attempt, firstLook, moment),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "Not a known result."),
    };

    /// <summary>1 s, doubled with each attempt, at most 5 min, less up to half of it; never less than asked for.</summary>
    public static TimeSpan Delay(int attempt, TimeSpan? retryAfter, double jitter)
    {
        var backoff = TimeSpan.FromSeconds(Math.Min(LongestBackoff.TotalSeconds, Math.Pow(2, Math.Min(attempt - 1, 30))));
        return retryAfter is { } asked && asked >= backoff
            ? asked + TimeSpan.FromSeconds(jitter)
            : TimeSpan.FromTicks(Math.Max((backoff * (1 - (jitter / 2))).Ticks, (retryAfter ?? TimeSpan.Zero).Ticks));
    }

    private static SendDecision Decide(ProviderFailure failure, int attempt, TimeSpan firstLook, SendMoment moment)
    {
        var again = Again(Delay(attempt, failure.RetryAfter, moment.Jitter), failure.Code, failure.Message);
        var failed = new SendOutcome(MessageStatus.Failed, Code: failure.Code, Error: failure.Message);
        return failure.Handling switch
        {
            FailureHandling.StopAccount => new(again with { Delay = TimeSpan.Zero }, SendLesson.AccountRefused, TriesNextRoute: true),
            FailureHandling.AccountCap => new(again with { Delay = TimeSpan.Zero }, SendLesson.AccountCapped, TriesNextRoute: true, failure.RetryAfter),
            // Bounded by the message's own time, not by attempts: those were begun for other reasons, too, and an outage may last. No phone
            // was tried, whatever the code says of one
            FailureHandling.RetrySoon or FailureHandling.RetryBounded or FailureHandling.RetryOnce or FailureHandling.Unreachable => new(again),
            FailureHandling.Ambiguous => new(Unknown(failure.Code, failure.Message, firstLook)),
            FailureHandling.BadNumber => new(failed, SendLesson.NumberRefused),
            // Whoever sets the sender right finds the message still there
            FailureHandling.SenderFault => new(again with { Delay = TimeSpan.Zero }, SendLesson.SenderRefused, TriesNextRoute: true),
            FailureHandling.OptedOut => new(failed with { Status = MessageStatus.Suppressed }, SendLesson.OptedOut),
            FailureHandling.QueueFull => new(
                Again(Longest(SenderQueueDelay, failure.RetryAfter), failure.Code, failure.Message), TriesNextRoute: true),
            FailureHandling.SlowDown => new(Again(Longest(SenderQueueDelay, failure.RetryAfter), failure.Code, failure.Message)),
            FailureHandling.NextDay => new(NextDay(failure, moment)),
            FailureHandling.NotRoutable => new(failed, SendLesson.NotRoutable, TriesNextRoute: true),
            FailureHandling.Expired => new(failed with { Status = MessageStatus.Expired }),
            FailureHandling.AccountSetup or FailureHandling.Filtered or FailureHandling.Abuse => new(failed, SendLesson.Alert),
            _ => new(failed),
        };
    }

    /// <summary>What would be dropped before the cap ends is told now that it was not sent, and not a day later.</summary>
    private static SendOutcome NextDay(ProviderFailure failure, SendMoment moment)
    {
        var delay = Longest(CapOfDay.Left(moment.Now, moment.Jitter), failure.RetryAfter);
        return moment.Now + delay < moment.ExpiresAt
            ? Again(delay, failure.Code, failure.Message)
            : new(MessageStatus.Failed, Code: failure.Code, Error: $"{failure.Message} Its time is over before that.");
    }

    private static SendOutcome Again(TimeSpan delay, int? code, string reason) => new(
        MessageStatus.Accepted, Code: code, Error: reason, Delay: delay, CheckDelay: delay + UnclaimedAfter);

    private static SendOutcome Unknown(int? code, string reason, TimeSpan firstLook) => new(
        MessageStatus.Unknown, Code: code, Error: reason, CheckDelay: firstLook);

    private static TimeSpan Longest(TimeSpan one, TimeSpan? other) => other > one ? other.Value : one;
}
