using Microsoft.AspNetCore.Diagnostics;
using ProdReady.Gateway.Proxy.Reloading;
using ProdReady.ServiceDefaults.Correlation;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy;

/// <summary>YARP, by the section <c>ReverseProxy</c>.</summary>
internal static class ProxyExtensions
{
    public static void AddProxy(this WebApplicationBuilder builder)
    {
        var accepted = builder.AddConfigurationReload();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(accepted.Root.GetSection(ProxyConfigurationCheck.SectionName))
            .AddTransforms(transforms => transforms.AddRequestTransform(CarryCorrelationId));
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinationResolver>();
    }

    public static void MapProxy(this WebApplication app)
    {
        // A host may have added to the configuration since the services were; it has been validated by now
        app.Services.GetRequiredService<AcceptedConfiguration>().Accept(AcceptedConfiguration.Copy(app.Configuration));
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(AnswerForMissingUpstreamAsync);
            proxy.Use(LeaveProxiedErrorsAloneAsync);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }

    /// <summary>The id that this request has here, in place of what the caller sent: that may not have been valid.</summary>
    private static ValueTask CarryCorrelationId(RequestTransformContext context)
    {
        context.ProxyRequest.Headers.Remove(CorrelationId.HeaderName);
        context.ProxyRequest.Headers.TryAddWithoutValidation(CorrelationId.HeaderName, CorrelationId.Of(context.HttpContext));
        return ValueTask.CompletedTask;
    }

    /// <summary>The one setting that a new user has not made yet gets an answer that names it.</summary>
    private static Task AnswerForMissingUpstreamAsync(HttpContext context, RequestDelegate next)
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
    private static async Task LeaveProxiedErrorsAloneAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is null
            && context.GetReverseProxyFeature().ProxiedDestination is not null
            && context.Features.Get<IStatusCodePagesFeature>() is { } statusCodePages)
        {
            statusCodePages.Enabled = false;
        }
    }
}
