using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>Limits that hold across all gateways.</summary>
internal static class RateLimitingExtensions
{
    public static void AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<RateLimitingOptions>, ValidateRateLimitingOptions>();
        builder.Services.AddOptions<RateLimitingOptions>().BindConfiguration(RateLimitingOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<RateLimitMetrics>();
        builder.Services.AddSingleton<RedisRateLimiter>();
        builder.Services.AddHostedService<RateLimitWarmUp>();

        // ASP.NET Core's own limiter only lends us its names: YARP refuses a route whose policy is not registered here.
        // What it would do, per process, RateLimitMiddleware does across all of them.
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitingOptions>>((names, options) =>
        {
            foreach (var name in options.Value.Policies.Keys)
            {
                names.AddPolicy(name, static _ => RateLimitPartition.GetNoLimiter(""));
            }
        });
    }

    /// <summary>After routing, which finds the endpoint and with it the policy's name.</summary>
    public static void UseRateLimiting(this WebApplication app) => app.UseMiddleware<RateLimitMiddleware>();
}
