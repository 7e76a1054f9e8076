using System.Globalization;
using System.Text;
using ProdReady.Gateway.RateLimiting.Deciding;

namespace ProdReady.Gateway.RateLimiting.Http;

/// <summary>
/// <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers, with an item for each policy, and the older
/// <c>X-RateLimit-*</c> of the tightest one.
/// </summary>
internal static class RateLimitHeaders
{
    private const long Second = 1_000_000;

    /// <summary>The problem type that the draft registers for a used-up quota.</summary>
    public const string QuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    /// <summary>The problem type that the draft registers for a limiter that cannot do its work.</summary>
    public const string ReducedCapacity = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";

    public static void Write(IHeaderDictionary headers, RateLimitDecision decision, bool withLegacy)
    {
        headers["RateLimit-Policy"] = decision.Uses is [var only]
            ? only.Policy.ItemFor(only.Quota)
            : string.Join(", ", decision.Uses.Select(use => use.Policy.ItemFor(use.Quota)));
        var items = new StringBuilder();
        RateLimitVerdict? tightest = null;
        var limit = 0;
        for (var index = 0; index < decision.Uses.Length; index++)
        {
            var (use, verdict) = (decision.Uses[index], decision.Verdicts[index]);
            if (verdict.Left is not { } left)
            {
                continue;
            }

            Add(items, use.Policy.Name, left, verdict.Reset);
            if (tightest is null || left < tightest.Value.Left)
            {
                (tightest, limit) = (verdict, use.Quota.Limit);
            }
        }

        if (tightest is not { Left: { } tightestLeft } tight)
        {
            return;
        }

        headers["RateLimit"] = items.ToString();
        if (withLegacy)
        {
            headers["X-RateLimit-Limit"] = Text(limit);
            headers["X-RateLimit-Remaining"] = Text(tightestLeft);
            headers["X-RateLimit-Reset"] = Text(Seconds(tight.Reset));
        }
    }

    /// <summary>Whole seconds, rounded up: a client that waits that long is not told no again.</summary>
    public static long Seconds(long microseconds) => (microseconds + Second - 1) / Second;

    // Of requests under way nobody knows when they end, so there is no t
    private static void Add(StringBuilder items, string name, int left, long reset) => _ = reset > 0
        ? items.Append(CultureInfo.InvariantCulture, $"{(items.Length > 0 ? ", " : "")}\"{name}\";r={left};t={Seconds(reset)}")
        : items.Append(CultureInfo.InvariantCulture, $"{(items.Length > 0 ? ", " : "")}\"{name}\";r={left}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
