using System.Globalization;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Proxy;

/// <summary>What a request needs to know of its route, read once for each version of the route.</summary>
/// <param name="Total">How long everything may take; <see langword="null"/> for as long as it likes.</param>
/// <param name="MaxBodySize">The most bytes of a body; <see langword="null"/> for any number.</param>
/// <param name="Retries">How many more attempts.</param>
internal sealed record RouteSettings(TimeSpan? Total, long? MaxBodySize, int Retries)
{
    private static readonly RouteSettings None = new(null, null, 0);

    public static RouteSettings Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteSettings>() ?? None;

    /// <summary>Of a route that <see cref="ProxyDefaults"/> has completed.</summary>
    public static RouteSettings From(RouteConfig route) => new(
        route.Metadata?.GetValueOrDefault(ProxyDefaults.TotalTimeout) is { } total
            ? TimeSpan.ParseExact(total, "c", CultureInfo.InvariantCulture)
            : null,
        route.Metadata?.GetValueOrDefault(ProxyDefaults.BodyLimit) is { } body
            && long.Parse(body, CultureInfo.InvariantCulture) is >= 0 and var limit
            ? limit
            : null,
        route.Metadata?.GetValueOrDefault(ProxyDefaults.Retries) is { } retries
            ? int.Parse(retries, CultureInfo.InvariantCulture)
            : 0);
}
