using ProdReady.Gateway.LiveSettings;
using ProdReady.Gateway.RateLimiting.Deciding;
using ProdReady.Gateway.RateLimiting.Http;
using ProdReady.Gateway.RateLimiting.Policies;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>Limits that hold across all gateways.</summary>
internal static class RateLimitingExtensions
{
    public static void AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<RateLimitingOptions, ValidateRateLimitingOptions>(RateLimitingOptions.SectionName);
        var services = builder.Services;
        services.AddSingleton<RateLimitMetrics>();
        services.AddSingleton<RateLimitRulesSource>();
        services.AddSingleton<LimiterClock>();
        services.AddSingleton<Partitions>();
        services.AddSingleton<RedisCircuit>();
        services.AddSingleton<DecisionQueue>();
        services.AddSingleton<RunningRequests>();
        services.AddSingleton<RateLimiter>();
        services.AddSingleton<RateLimitUses>();
        services.AddSingleton<LimitInspector>();
        services.AddSingleton<EndpointPolicies>();
        services.AddSingleton<IProxyConfigFilter, RoutePolicies>();
        services.AddHostedService(provider => provider.GetRequiredService<RunningRequests>());
        services.AddHostedService<CountResets>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointPolicies>());
        services.AddHostedService<RateLimitWarmUp>();
    }

    /// <summary>After routing, which finds the endpoint and with it the policies' names.</summary>
    public static void UseRateLimiting(this WebApplication app)
    {
        app.Services.GetRequiredService<EndpointPolicies>().Check(app);
        app.UseMiddleware<RateLimitMiddleware>();
    }
}
