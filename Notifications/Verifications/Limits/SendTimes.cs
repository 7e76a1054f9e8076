namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>What was sent lately.</summary>
/// <param name="Last">The last code to the number for the purpose, if that was within the cool-down.</param>
/// <param name="LastForNumber">The one after whose day the number may get another one, if it has had all that it may.</param>
/// <param name="LastForClient">The one after whose hour the client may have another one, if it has had all that it may.</param>
/// <param name="IsBlocked">Whether its prefix or country is blocked.</param>
internal sealed record SendTimes(DateTimeOffset? Last, DateTimeOffset? LastForNumber, DateTimeOffset? LastForClient, bool IsBlocked)
{
    /// <summary>What a number's limit counts over.</summary>
    public static readonly TimeSpan NumberWindow = TimeSpan.FromHours(24);

    /// <summary>What a client's limit counts over.</summary>
    public static readonly TimeSpan ClientWindow = TimeSpan.FromHours(1);

    /// <summary>
    /// Always the same for what a stranger must not learn: until when a prefix is blocked, or how much money is left.
    /// </summary>
    public static readonly TimeSpan Undisclosed = TimeSpan.FromMinutes(15);

    /// <summary>Whether the next one is refused: by the limit that lasts longest, so that nobody comes back in vain.</summary>
    public SendRefusal? Judge(TimeSpan coolDown, DateTimeOffset now) => IsBlocked
        ? new(RefusalReason.PrefixBlocked, Undisclosed)
        : new[]
            {
                Refusal(RefusalReason.CoolDown, Last + coolDown, now),
                Refusal(RefusalReason.NumberLimit, LastForNumber + NumberWindow, now),
                Refusal(RefusalReason.ClientLimit, LastForClient + ClientWindow, now),
            }
            .OfType<SendRefusal>()
            .MaxBy(refusal => refusal.RetryAfter);

    private static SendRefusal? Refusal(RefusalReason reason, DateTimeOffset? until, DateTimeOffset now) =>
        until > now ? new(reason, until.Value - now) : null;
}
