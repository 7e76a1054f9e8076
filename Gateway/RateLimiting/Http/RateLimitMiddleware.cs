using ProdReady.Gateway.Clients;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.RateLimiting.Http;

/// <summary>Enforces the policies that the request's endpoint names, and tells every caller of one where it stands.</summary>
internal sealed class RateLimitMiddleware(
    RequestDelegate next,
    RateLimiter limiter,
    RateLimitRulesSource source,
    RateLimitUses uses)
{
    public Task InvokeAsync(HttpContext context)
    {
        var rules = source.Current;
        return context.GetEndpoint() is { } endpoint && rules.Of(endpoint) is { Length: > 0 } policies
            ? LimitAsync(context, rules, policies)
            : next(context);
    }

    private async Task LimitAsync(HttpContext context, RateLimitRules rules, RateLimitPolicy[] policies)
    {
        var decision = await limiter.DecideAsync(uses.Of(context, rules, policies));
        if (decision.Uses.Length > 0)
        {
            // At the start of the response, so that neither an upstream's own headers nor an error handler's reset win
            context.Response.OnStarting(
                static state =>
                {
                    var (response, decision, withLegacy) = (Answer)state;
                    RateLimitHeaders.Write(response.Headers, decision, withLegacy);
                    return Task.CompletedTask;
                },
                new Answer(context.Response, decision, rules.Options.LegacyHeaders));
        }

        if (!decision.IsAdmitted)
        {
            await RateLimitProblems.Refuse(context, decision).ExecuteAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            limiter.End(decision);
        }
    }

    private sealed record Answer(HttpResponse Response, RateLimitDecision Decision, bool WithLegacy);
}

/// <summary>Finds out whose counts a request belongs to.</summary>
internal sealed class RateLimitUses(Partitions partitions, ClientAddressSource addresses, ApiKeyVerifier keys)
{
    public RateLimitUse[] Of(HttpContext context, RateLimitRules rules, RateLimitPolicy[] policies)
    {
        // A key that is not good is none: the endpoint behind may ask for another kind, and the limits by address hold anyhow
        var key = NeedsApiKey(policies) ? keys.Identify(context.Request) : null;
        var found = new RateLimitUse[policies.Length];
        var count = 0;
        foreach (var policy in policies)
        {
            if (policy.Partitioner.Of(context, key, addresses.Current) is { } value)
            {
                found[count++] = new(policy, rules.QuotaOf(policy, key), partitions.Get(policy, value));
            }
        }

        return count == found.Length ? found : found[..count];
    }

    private static bool NeedsApiKey(RateLimitPolicy[] policies)
    {
        foreach (var policy in policies)
        {
            if (policy.Partitioner.NeedsApiKey)
            {
                return true;
            }
        }

        return false;
    }
}
