using Microsoft.AspNetCore.Cors.Infrastructure;
using ProdReady.Gateway.LiveSettings;
using ProdReady.Gateway.Proxy.Attempts;
using ProdReady.Gateway.Proxy.Compression;
using ProdReady.Gateway.Proxy.Cors;
using ProdReady.Gateway.Proxy.Draining;
using ProdReady.Gateway.Proxy.Headers;
using ProdReady.Gateway.Proxy.Limits;
using ProdReady.Gateway.Proxy.OutputCaching;
using ProdReady.Gateway.Proxy.Reloading;
using ProdReady.Gateway.Proxy.Timeouts;
using ProdReady.Gateway.Proxy.Tokens;
using ProdReady.ServiceDefaults.Correlation;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy;

/// <summary>YARP, by the section <c>ReverseProxy</c>.</summary>
internal static class ProxyExtensions
{
    public static void AddProxy(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<ProxyOptions, ValidateProxyOptions>(ProxyOptions.SectionName);
        builder.AddLiveOptions<CorsPolicyOptions, ValidateCorsPolicyOptions>(CorsPolicyOptions.SectionName);
        // After all other live settings
        var accepted = builder.AddAcceptedConfiguration();
        builder.Services.AddSingleton<ICorsPolicyProvider, ConfiguredCorsPolicies>();
        builder.Services.AddCompression();
        builder.Services.AddOutputCaching();
        builder.Services.AddTokens();
        builder.AddDraining();
        builder.Services.AddRequestLimits();
        builder.Services.AddHeaderBytes();
        builder.Services.AddSingleton<UpstreamTraffic>();
        builder.Services.AddSingleton<AttemptMetrics>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ProxyHttpClientFactory>();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(accepted.Root.GetSection(ProxyConfigurationCheck.SectionName))
            .AddConfigFilter<ProxyDefaults>()
            .AddTransforms(transforms =>
            {
                transforms.AddRequestTransform(UntrustedHeaders.Remove);
                transforms.AddRequestTransform(CarryCorrelationId);
                transforms.AddResponseTransform(CircuitProbe.Heed);
                transforms.AddResponseTransform(RequestAttempts.HoldBackRefusal);
                transforms.AddResponseTransform(TotalTimeoutMiddleware.LiftForStreams);
                transforms.AddResponseTransform(ConfiguredCorsPolicies.RemoveUpstreams);
                transforms.AddResponseTransform(PublicAnswersPolicy.HeedUpstream);
                transforms.AddResponseTransform(TotalTimeoutMiddleware.SendHeadOfEvents);
            });
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinationResolver>();
    }

    /// <summary>What comes before the choice of a route.</summary>
    public static void UseProxyEdge(this WebApplication app)
    {
        app.UseDraining();
        app.UseRequestLimits();
        app.UseCompression();
    }

    public static void MapProxy(this WebApplication app)
    {
        // A host may have added to the configuration since the services were; it has been validated by now
        app.Services.GetRequiredService<AcceptedConfiguration>().Accept(AcceptedConfiguration.Copy(app.Configuration));
        app.Services.GetRequiredService<AttemptMetrics>();
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(ProxyAnswers.ForMissingUpstreamAsync);
            proxy.UseMiddleware<BodyLimitMiddleware>();
            proxy.Use(ProxyAnswers.ForFailuresAsync);
            proxy.UseMiddleware<TotalTimeoutMiddleware>();
            proxy.UseMiddleware<AttemptsMiddleware>();
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(RouteSettings.From(route)));
    }

    /// <summary>The id that this request has here, in place of what the caller sent: that may not have been valid.</summary>
    private static ValueTask CarryCorrelationId(RequestTransformContext context)
    {
        context.ProxyRequest.Headers.Remove(CorrelationId.HeaderName);
        context.ProxyRequest.Headers.TryAddWithoutValidation(CorrelationId.HeaderName, CorrelationId.Of(context.HttpContext));
        return ValueTask.CompletedTask;
    }
}
