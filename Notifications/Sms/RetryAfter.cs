using System.Net.Http.Headers;

namespace ProdReady.Notifications.Sms;

/// <summary><c>Retry-After</c> in both its forms, RFC 9110 10.2.3.</summary>
internal static class RetryAfter
{
    /// <summary>How long to wait from now; never negative.</summary>
    public static TimeSpan? ToDelay(this RetryConditionHeaderValue? header, TimeProvider time) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is { Ticks: > 0 } delay => delay,
        { Date: not null } => TimeSpan.Zero,
        _ => null,
    };
}
