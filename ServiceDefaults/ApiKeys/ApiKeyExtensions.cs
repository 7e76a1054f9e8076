using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>API-key authentication and the verb that asks for it.</summary>
public static class ApiKeyExtensions
{
    internal static void AddApiKeys(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<ApiKeyOptions>, ValidateApiKeyOptions>();
        services.AddOptions<ApiKeyOptions>().BindConfiguration(ApiKeyOptions.SectionName).ValidateOnStart();
        services.AddSingleton<ApiKeyMetrics>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeyUse>();
        // By hand, because their constructors take what only this assembly knows
        services.AddSingleton(provider => new ApiKeyRing(
            provider.GetRequiredService<ApiKeyStore>(),
            provider.GetRequiredService<IOptions<ApiKeyOptions>>(),
            provider.GetRequiredService<ApiKeyMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ApiKeyRing>>()));
        services.AddSingleton(provider => new ApiKeyVerifier(
            provider.GetRequiredService<ApiKeyRing>(),
            provider.GetRequiredService<ApiKeyUse>(),
            provider.GetRequiredService<IOptions<ApiKeyOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ApiKeyPoll>();
        services.AddHostedService<ApiKeyUseWorker>();
        services
            .AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, null);
        services.AddAuthorization();
    }

    /// <summary>Lets only callers in whose API key carries <paramref name="scope"/>; others get 401 or 403.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new AuthorizationPolicyBuilder(ApiKeyAuthenticationHandler.SchemeName)
            .RequireAuthenticatedUser()
            .AddRequirements(new ScopeRequirement(scope))
            .Build());
}
