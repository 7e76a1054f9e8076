using Microsoft.AspNetCore.Diagnostics;

namespace ProdReady.Gateway.Proxy;

/// <summary>What the gateway itself answers in place of an upstream.</summary>
internal static class ProxyAnswers
{
    /// <summary>About as long as it takes a health check to find a destination working again.</summary>
    private const string RetryAfterSeconds = "5";

    /// <summary>The one setting that a new user has not made yet gets an answer that names it.</summary>
    public static Task ForMissingUpstreamAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        if (proxy.AllDestinations.Count > 0 || proxy.Cluster.Config.ClusterId != UpstreamCluster.ClusterId)
        {
            return next(context);
        }

        return TypedResults.Problem(
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "No API is configured",
            detail: "The gateway has nothing to proxy /api to. Set UPSTREAM_URL to the base address of your API, "
                + "for example http://localhost:3000, and restart.").ExecuteAsync(context);
    }

    /// <summary>
    /// An upstream's own bodyless error passes as it is; only what the proxy itself failed at becomes a problem of ours.
    /// </summary>
    public static async Task ForFailuresAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not null)
        {
            if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested
                && DetailOf(context.Response.StatusCode) is { } detail)
            {
                if (context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
                {
                    context.Response.Headers.RetryAfter = RetryAfterSeconds;
                }

                await TypedResults.Problem(statusCode: context.Response.StatusCode, detail: detail).ExecuteAsync(context);
            }
        }
        else if (context.GetReverseProxyFeature().ProxiedDestination is not null
            && context.Features.Get<IStatusCodePagesFeature>() is { } statusCodePages)
        {
            statusCodePages.Enabled = false;
        }
    }

    // Without the upstream's name or address, which are nobody's business out there
    private static string? DetailOf(int status) => status switch
    {
        StatusCodes.Status502BadGateway => "The gateway could not reach the service behind it, or could not read its answer.",
        StatusCodes.Status503ServiceUnavailable => "The service behind the gateway is not available now. Try again.",
        StatusCodes.Status504GatewayTimeout => "The service behind the gateway did not answer in time.",
        _ => null,
    };
}
