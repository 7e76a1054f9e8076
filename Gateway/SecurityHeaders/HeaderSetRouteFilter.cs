using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>
/// Lets YARP refuse a changed configuration in which a route names a set that does not exist; at start, validation said so before.
/// </summary>
internal sealed class HeaderSetRouteFilter(IConfiguration configuration) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster);

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel)
    {
        if (route.Metadata?.GetValueOrDefault(SecurityHeadersOptions.SectionName) is { } name
            // Read anew: YARP may hear of a change before the live settings do
            && !SetNames().Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"Route '{route.RouteId}' names the security headers '{name}', which do not exist.");
        }

        return new(route);
    }

    private IEnumerable<string> SetNames() => BuiltInHeaders.Names.Concat(
        configuration.GetSection($"{SecurityHeadersOptions.SectionName}:{nameof(SecurityHeadersOptions.Sets)}").GetChildren()
            .Select(set => set.Key));
}
