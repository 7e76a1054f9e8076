using Microsoft.AspNetCore.Routing.Template;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Documentation;

/// <summary>Finds at which path of the gateway a service's own path is served, by the routes and their transforms as they are now.</summary>
internal sealed class GatewayPaths(IProxyStateLookup proxy)
{
    /// <returns><see langword="null"/> where no route leads there.</returns>
    public string? Find(string cluster, string path, string method)
    {
        var routes = proxy.GetRoutes().Select(route => route.Config).ToList();
        return routes
            .Where(route => cluster.Equals(route.ClusterId, StringComparison.OrdinalIgnoreCase))
            .Select(route => (Route: route, Path: Undo(route, path)))
            .Where(found => found.Path is not null && Serving(routes, found.Path, method) == found.Route)
            .Select(found => found.Path)
            .FirstOrDefault();
    }

    /// <summary>The route that takes a request: by order, then the more specific one, as routing itself decides.</summary>
    private static RouteConfig? Serving(List<RouteConfig> routes, string path, string method) => routes
        .Where(route => route.Match.Methods is not { Count: > 0 } methods || methods.Contains(method, StringComparer.OrdinalIgnoreCase))
        .Select(route => (Route: route, Template: TemplateParser.Parse(PatternOf(route).TrimStart('/'))))
        .Where(found => new TemplateMatcher(found.Template, []).TryMatch(path, []))
        .OrderBy(found => found.Route.Order ?? 0)
        .ThenBy(found => RoutePrecedence.ComputeInbound(found.Template))
        .Select(found => found.Route)
        .FirstOrDefault();

    /// <summary>From the path that the service sees back to the one that was asked for.</summary>
    private static string? Undo(RouteConfig route, string path)
    {
        string? undone = path;
        foreach (var transform in (route.Transforms ?? []).Reverse())
        {
            undone = undone switch
            {
                null => null,
                _ when transform.TryGetValue("PathRemovePrefix", out var prefix) => prefix.TrimEnd('/') + undone,
                _ when transform.TryGetValue("PathPrefix", out var prefix) => Exchange(undone, prefix.TrimEnd('/') + '/', "/"),
                _ when transform.TryGetValue("PathPattern", out var pattern) => UndoPattern(undone, pattern, PatternOf(route)),
                // One path for all: which of them was asked for is lost
                _ when transform.ContainsKey("PathSet") => null,
                _ => undone,
            };
        }

        return undone;
    }

    /// <summary>For the usual kind of pattern: <c>/orders/{**rest}</c> for a route at <c>/shop/{**rest}</c>.</summary>
    private static string? UndoPattern(string path, string pattern, string match) =>
        CatchAll(pattern) is { } sent && CatchAll(match) is { } asked && sent.Parameter == asked.Parameter
            ? Exchange(path, sent.Prefix, asked.Prefix)
            : null;

    private static string? Exchange(string path, string prefix, string replacement) =>
        path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? replacement + path[prefix.Length..] : null;

    private static (string Prefix, string Parameter)? CatchAll(string pattern)
    {
        var start = pattern.IndexOf('{', StringComparison.Ordinal);
        return start >= 0 && pattern.AsSpan(start).StartsWith("{**") ? (pattern[..start], pattern[start..]) : null;
    }

    private static string PatternOf(RouteConfig route) => route.Match.Path ?? "/{**path}";
}
