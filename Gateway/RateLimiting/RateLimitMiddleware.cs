using System.Globalization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>Enforces the policy that the request's endpoint names, and tells every caller of one where it stands.</summary>
internal sealed class RateLimitMiddleware(
    RequestDelegate next,
    RedisRateLimiter limiter,
    IOptions<RateLimitingOptions> options,
    RateLimitMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName is not { } name)
        {
            await next(context);
            return;
        }

        var policy = options.Value.Policies[name];
        var decision = await limiter.DecideAsync(name, policy, ClientAddress.Partition(context.Connection.RemoteIpAddress));
        metrics.Decided(name, decision.Outcome);
        if (decision.Outcome != RateLimitOutcome.FailedOpen)
        {
            // At the start of the response, so that neither an upstream's own headers nor an error handler's reset win
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["RateLimit-Policy"] = RateLimitHeaders.Policy(name, policy);
                context.Response.Headers["RateLimit"] = RateLimitHeaders.Limit(name, decision);
                return Task.CompletedTask;
            });
        }

        await (decision.Outcome == RateLimitOutcome.Limited ? RejectAsync(context, name, policy, decision) : next(context));
    }

    private static Task RejectAsync(HttpContext context, string name, RateLimitPolicy policy, RateLimitDecision decision)
    {
        var seconds = RateLimitHeaders.Seconds(decision.Reset);
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            type: RateLimitHeaders.QuotaExceeded,
            statusCode: StatusCodes.Status429TooManyRequests,
            title: "Too many requests",
            detail: $"The policy '{name}' allows {policy.Limit} requests in {policy.Window}. Try again in {seconds} s.",
            extensions: new Dictionary<string, object?> { ["violated-policies"] = new[] { name } }).ExecuteAsync(context);
    }
}
