using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>The headers that protect a browser, on every answer.</summary>
internal static class SecurityHeadersExtensions
{
    public static void AddSecurityHeaders(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ValidateSecurityHeadersOptions>();
        builder.Services.AddSingleton<IValidateOptions<SecurityHeadersOptions>>(services =>
            services.GetRequiredService<ValidateSecurityHeadersOptions>());
        // Not BindConfiguration, which would validate each change by itself, and throw into whoever changed the configuration
        builder.Services.AddOptions<SecurityHeadersOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                configuration.GetSection(SecurityHeadersOptions.SectionName).Bind(options))
            .ValidateOnStart();
        builder.Services.AddSingleton<HeaderSetMetrics>();
        builder.Services.AddSingleton<HeaderSetCatalogue>();
        builder.Services.AddSingleton<IProxyConfigFilter, HeaderSetRouteFilter>();
        builder.Services.AddSecurityHeaderPolicies((policies, services) =>
        {
            var sets = services.GetRequiredService<HeaderSetCatalogue>();
            policies.SetPolicySelector(answer => sets.Of(answer.HttpContext));
        });
    }

    /// <summary>Gives an endpoint of the gateway's own another set than the default one.</summary>
    public static TBuilder WithSecurityHeaders<TBuilder>(this TBuilder builder, string set)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new HeaderSetName(set));
}
