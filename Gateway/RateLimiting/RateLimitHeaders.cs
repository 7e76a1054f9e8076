using System.Globalization;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>
/// <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers-10.
/// </summary>
internal static class RateLimitHeaders
{
    /// <summary>The problem type that the draft registers for a used-up quota.</summary>
    public const string QuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    public static string Policy(string name, RateLimitPolicy policy) => string.Create(
        CultureInfo.InvariantCulture, $"\"{name}\";q={policy.Limit};w={(long)policy.Window.TotalSeconds}");

    public static string Limit(string name, RateLimitDecision decision) => string.Create(
        CultureInfo.InvariantCulture, $"\"{name}\";r={decision.Remaining};t={Seconds(decision.Reset)}");

    /// <summary>Whole seconds, rounded up: a client that waits that long is not told no again.</summary>
    public static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
