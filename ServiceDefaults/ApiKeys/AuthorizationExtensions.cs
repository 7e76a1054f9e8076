using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Authorization for the endpoints that ask for it.</summary>
public static class AuthorizationExtensions
{
    /// <summary>
    /// Adds the framework's authorization, in place of <c>UseAuthorization</c>. That one takes part in every request, also where nobody
    /// asks who calls; here such a request goes past it.
    /// </summary>
    /// <remarks>
    /// It fails closed: an endpoint with authorization metadata that was not authorized throws, and with a fallback policy nobody goes past.
    /// </remarks>
    public static WebApplication UseEndpointAuthorization(this WebApplication app)
    {
        IApplicationBuilder builder = app;
        // Else WebApplication would put the framework's ahead of everything
        builder.Properties["__AuthorizationMiddlewareSet"] = true;
        builder.Use(next =>
        {
            var authorization = builder.New();
            authorization.UseAuthorization();
            authorization.Run(next);
            var authorize = authorization.Build();
            return app.Services.GetRequiredService<IOptions<AuthorizationOptions>>().Value.FallbackPolicy is null
                ? context => Asks(context.GetEndpoint()) ? authorize(context) : next(context)
                : authorize;
        });
        return app;
    }

    /// <summary>All that the framework's middleware makes a policy of.</summary>
    private static bool Asks(Endpoint? endpoint) => endpoint?.Metadata is { } metadata
        && (metadata.GetMetadata<IAuthorizeData>() is not null
            || metadata.GetMetadata<AuthorizationPolicy>() is not null
            || metadata.GetMetadata<IAuthorizationRequirementData>() is not null);
}
