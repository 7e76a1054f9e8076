using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>The headers that protect a browser, on every answer.</summary>
internal static class SecurityHeadersExtensions
{
    public static void AddSecurityHeaders(this WebApplicationBuilder builder)
    {
        builder.AddLiveOptions<SecurityHeadersOptions, ValidateSecurityHeadersOptions>(SecurityHeadersOptions.SectionName);
        builder.Services.AddSingleton<HeaderSetCatalogue>();
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
