using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Http;

/// <summary>What a caller is told who may not pass.</summary>
internal static class RateLimitProblems
{
    /// <summary>How soon to try again where nobody knows better: the limiter may be back, or a request have ended.</summary>
    private const long Soon = 1;

    public static ProblemHttpResult Refuse(HttpContext context, RateLimitDecision decision)
    {
        int[] violated = [.. decision.Violated(RateLimitOutcome.Limited)];
        return violated.Length > 0 ? QuotaExceeded(context, decision, violated) : ReducedCapacity(context, decision);
    }

    private static ProblemHttpResult QuotaExceeded(HttpContext context, RateLimitDecision decision, int[] violated)
    {
        // All that refused must have room again
        var seconds = Math.Max(Soon, RateLimitHeaders.Seconds(violated.Max(index => decision.Verdicts[index].Reset)));
        var (policy, quota, _) = decision.Uses[violated[0]];
        var requests = quota.Limit == 1 ? "1 request" : $"{quota.Limit} requests";
        var allowance = policy.Algorithm == RateLimitAlgorithm.Concurrency
            ? $"{requests} at a time"
            : $"{requests} in {quota.Window.TotalSeconds:0} s";
        return Problem(
            context,
            StatusCodes.Status429TooManyRequests,
            RateLimitHeaders.QuotaExceeded,
            "Too many requests",
            $"The policy '{policy.Name}' allows {allowance}. Try again in {seconds} s.",
            seconds,
            violated.Select(index => decision.Uses[index].Policy.Name));
    }

    private static ProblemHttpResult ReducedCapacity(HttpContext context, RateLimitDecision decision) => Problem(
        context,
        StatusCodes.Status503ServiceUnavailable,
        RateLimitHeaders.ReducedCapacity,
        "Reduced capacity",
        "Requests cannot be counted at the moment, and this one may not pass uncounted. Try again soon.",
        Soon,
        decision.Violated(RateLimitOutcome.FailedClosed).Select(index => decision.Uses[index].Policy.Name));

    private static ProblemHttpResult Problem(
        HttpContext context, int status, string type, string title, string detail, long retryAfter, IEnumerable<string> violated)
    {
        context.Response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            type: type,
            statusCode: status,
            title: title,
            detail: detail,
            extensions: new Dictionary<string, object?> { ["violated-policies"] = violated.ToArray() });
    }
}
