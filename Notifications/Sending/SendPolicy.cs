using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Sending;

/// <summary>Decides what a call's result means for its message.</summary>
internal static class SendPolicy
{
    /// <summary>Too many requests at a time; the only error code of Twilio's that is repeated, besides HTTP 429.</summary>
    private const int TooManyRequests = 20429;

    /// <summary>How long a message may wait for a chance to be sent: as long as Twilio's own queue keeps one.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(10);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    /// <summary>The state that a message comes into after a call.</summary>
    /// <param name="result">What came of the call.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The present.</param>
    /// <param name="jitter">0 to 1, so that messages that failed together do not come back together.</param>
    public static SendOutcome Decide(
        TwilioResult result, ClaimedMessage message, DateTimeOffset now, double jitter) => result switch
        {
            TwilioResult.Succeeded succeeded => new(MessageStatus.Sent, succeeded.Sid),
            TwilioResult.Rejected rejected when IsTemporary(rejected) =>
                TryAgain(message, now, rejected.RetryAfter, jitter, rejected.Code, rejected.Message),
            TwilioResult.Rejected rejected => new(MessageStatus.Failed, ErrorCode: rejected.Code, Error: rejected.Message),
            TwilioResult.NotSent notSent => TryAgain(message, now, notSent.RetryAfter, jitter, null, notSent.Reason),
            TwilioResult.Unknown unknown => new(MessageStatus.Unknown, Error: unknown.Reason),
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

    private static bool IsTemporary(TwilioResult.Rejected rejected) =>
        rejected is { HttpStatus: StatusCodes.Status429TooManyRequests } or { Code: TooManyRequests };

    private static SendOutcome TryAgain(
        ClaimedMessage message, DateTimeOffset now, TimeSpan? retryAfter, double jitter, int? code, string reason)
    {
        var next = now + Delay(message.Attempt, retryAfter, jitter);
        return next <= message.CreatedAt + GiveUpAfter
            ? new(MessageStatus.Accepted, ErrorCode: code, Error: reason, NextAttemptAt: next)
            : new(
                MessageStatus.Failed,
                ErrorCode: code,
                Error: $"Given up {GiveUpAfter.TotalHours:0} hours after it was accepted. The last try: {reason}");
    }
}
