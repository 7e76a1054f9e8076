using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>
/// Takes YARP's <c>RateLimiterPolicy</c> of each route over into our hands: YARP would look the name up among the policies of ASP.NET Core's
/// own limiter, which counts per process, knows only one policy a route, and cannot change while the gateway runs.
/// </summary>
internal sealed class RoutePolicies : IProxyConfigFilter
{
    private const string MetadataName = "ProdReady.RateLimiterPolicy";

    /// <summary>The names that a route gave, separated by commas.</summary>
    public static string Of(RouteConfig route) => route.Metadata?.GetValueOrDefault(MetadataName) ?? "";

    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster);

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel)
    {
        // YARP's own words for "the fallback policy" and "none"
        if (route.RateLimiterPolicy is not { Length: > 0 } names || IsReserved(names))
        {
            return new(route with { RateLimiterPolicy = null });
        }

        Dictionary<string, string> metadata = new(route.Metadata ?? new Dictionary<string, string>()) { [MetadataName] = names };
        return new(route with { RateLimiterPolicy = null, Metadata = metadata });
    }

    public static bool IsReserved(string names) =>
        names.Equals("Default", StringComparison.OrdinalIgnoreCase) || names.Equals("Disable", StringComparison.OrdinalIgnoreCase);
}
