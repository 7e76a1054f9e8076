namespace ProdReady.Notifications.Messages;

/// <summary>When a message is to be sent, and how long after that it is still of use.</summary>
/// <param name="SendAt">In UTC; <see langword="null"/> for at once.</param>
/// <param name="Validity">Counted from when it is to be sent; <see langword="null"/> for as long as it takes.</param>
internal sealed record SendTimes(DateTimeOffset? SendAt, TimeSpan? Validity)
{
    /// <summary>Twilio keeps no message longer.</summary>
    private const int LongestValidity = 36_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(35);

    /// <summary>Reads <c>sendAt</c> (RFC 3339, with its offset from UTC) and <c>validity</c> (seconds) of a request.</summary>
    /// <param name="sendAt">
    /// One that is past means at once, and is no problem: the repetition of a request must not fail because its time has come.
    /// </param>
    /// <param name="validity">1 to 36,000 seconds.</param>
    /// <param name="now">The time.</param>
    /// <param name="errors">Gets the problems by field.</param>
    public static SendTimes Read(string? sendAt, long? validity, DateTimeOffset now, Dictionary<string, string[]> errors)
    {
        DateTimeOffset? at = null;
        if (sendAt is not null)
        {
            if (!Rfc3339.TryParse(sendAt, out var time))
            {
                errors["sendAt"] = ["This is not a time with its offset from UTC. Example: 2026-12-24T09:00:00+01:00"];
            }
            else if (time - now > LongestWait)
            {
                errors["sendAt"] = [$"This is more than {LongestWait.TotalDays:0} days ahead."];
            }
            else if (time > now)
            {
                at = time.ToUniversalTime();
            }
        }

        if (validity is < 1 or > LongestValidity)
        {
            errors["validity"] = [$"The validity must be 1 to {LongestValidity} seconds."];
        }

        return new(at, validity is { } seconds and >= 1 and <= LongestValidity ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>The same message, sent at <paramref name="time"/>; its validity begins then.</summary>
    public SendTimes NotBefore(DateTimeOffset time, DateTimeOffset now) => this with { SendAt = time > now ? time : null };

    /// <summary>When it is dropped rather than sent.</summary>
    public DateTimeOffset? ExpiresAt(DateTimeOffset now) => Validity is { } validity ? (SendAt ?? now) + validity : null;
}
