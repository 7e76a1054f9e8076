using System.Globalization;
using System.Runtime.CompilerServices;
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
        var policies = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        var limits = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        var (isFirst, tightest) = (true, -1);
        for (var index = 0; index < decision.Uses.Length; index++)
        {
            var (use, verdict) = (decision.Uses[index], decision.Verdicts[index]);
            policies.AppendLiteral(index > 0 ? ", " : "");
            policies.AppendLiteral(use.Policy.ItemFor(use.Quota));
            if (verdict.Left is not { } left)
            {
                continue;
            }

            Append(ref limits, use.Policy.Name, left, verdict.Reset, isFirst);
            isFirst = false;
            tightest = tightest < 0 || left < decision.Verdicts[tightest].Left ? index : tightest;
        }

        headers["RateLimit-Policy"] = policies.ToStringAndClear();
        var text = limits.ToStringAndClear();
        if (tightest < 0)
        {
            return;
        }

        headers["RateLimit"] = text;
        if (withLegacy)
        {
            headers["X-RateLimit-Limit"] = Text(decision.Uses[tightest].Quota.Limit);
            headers["X-RateLimit-Remaining"] = Text(decision.Verdicts[tightest].Left ?? 0);
            headers["X-RateLimit-Reset"] = Text(Seconds(decision.Verdicts[tightest].Reset));
        }
    }

    /// <summary>Whole seconds, rounded up: a client that waits that long is not told no again.</summary>
    public static long Seconds(long microseconds) => (microseconds + Second - 1) / Second;

    private static void Append(ref DefaultInterpolatedStringHandler items, string name, int left, long reset, bool isFirst)
    {
        items.AppendLiteral(isFirst ? "\"" : ", \"");
        items.AppendLiteral(name);
        items.AppendLiteral("\";r=");
        items.AppendFormatted(left);
        // Of requests under way nobody knows when they end, so there is no t
        if (reset > 0)
        {
            items.AppendLiteral(";t=");
            items.AppendFormatted(Seconds(reset));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
