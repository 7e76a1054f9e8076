using Microsoft.AspNetCore.Authorization;

namespace ProdReady.Testing;

/// <summary>Who may call what: a wrong scope on an endpoint is one that nothing else notices.</summary>
public static class EndpointScopes
{
    /// <summary>A line for each endpoint below a path, such as <c>GET /backups/{id}: scope backups:read</c>, in order.</summary>
    /// <param name="services">The running service's.</param>
    /// <param name="path">What the routes begin with.</param>
    public static IEnumerable<string> Of(IServiceProvider services, string path) => services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .Where(endpoint => Route(endpoint).StartsWith(path, StringComparison.Ordinal))
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
            .Select(method => $"{method} {Route(endpoint)}: {Scopes(endpoint)}"))
        .Order(StringComparer.Ordinal);

    private static string Route(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private static string Scopes(Endpoint endpoint) => string.Join(
        ", ",
        endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>().SelectMany(policy => policy.Requirements).Select(requirement => $"{requirement}")
            .Where(requirement => requirement.StartsWith("scope ", StringComparison.Ordinal)).Distinct()
            .DefaultIfEmpty("nobody is asked"));
}
