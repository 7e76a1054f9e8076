using System.Text.RegularExpressions;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// Routes of which no request could tell the one from the other: the router would fail at each request that matches both, with a 500.
/// </summary>
internal static partial class RouteTwins
{
    /// <summary>A failure for each route that matches all that an earlier one matches, and no more.</summary>
    public static IEnumerable<string> Find(IEnumerable<RouteConfig> routes) =>
        from twins in routes.GroupBy(Shape)
        from twin in twins.Skip(1)
        select $"{ProxyConfigurationCheck.SectionName}:Routes:{twin.RouteId} matches what "
            + $"{ProxyConfigurationCheck.SectionName}:Routes:{twins.First().RouteId} matches; give one of them another Path, Methods, Hosts or Order";

    private static string Shape(RouteConfig route) => string.Join(
        '\n',
        route.Order ?? 0,
        // What a parameter is called makes no difference
        ParameterName().Replace(route.Match.Path?.TrimEnd('/') ?? "", "{$1").ToUpperInvariant(),
        Sorted(route.Match.Methods),
        Sorted(route.Match.Hosts),
        Sorted(route.Match.Headers?.Select(header => $"{header.Name}|{header.Mode}|{Sorted(header.Values)}")),
        Sorted(route.Match.QueryParameters?.Select(query => $"{query.Name}|{query.Mode}|{Sorted(query.Values)}")));

    private static string Sorted(IEnumerable<string>? values) =>
        string.Join(',', (values ?? []).Select(value => value.ToUpperInvariant()).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{(\*{0,2})[^}:=?]+")]
    private static partial Regex ParameterName();
}
