using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// Checks <c>ReverseProxy</c> as YARP itself will, and for what it accepts and then fails at request by request: a route to a cluster
/// that does not exist, an address that is none, two routes for the same requests.
/// </summary>
internal sealed class ProxyConfigurationCheck(IServiceProvider services)
{
    public const string SectionName = "ReverseProxy";

    /// <summary>Every failure in words for the operator; none if all is valid.</summary>
    public IReadOnlyList<string> Check(IConfiguration candidate)
    {
        var failures = new List<string>();
        if (ProxyConfigurationReader.Read(candidate.GetSection(SectionName), failures) is not { } config)
        {
            return failures;
        }

        try
        {
            // All of YARP's validators answer at once; they are asynchronous for those who ask a database
            ByYarpAsync(config, failures).AsTask().GetAwaiter().GetResult();
        }
        catch (OptionsValidationException)
        {
            // What routes refer to is itself not valid, and says so in words of its own
        }

        failures.AddRange(config.Clusters.SelectMany(Addresses));
        failures.AddRange(config.Routes.SelectMany(route => ClusterOf(route, config.Clusters)));
        failures.AddRange(RouteTwins.Find(config.Routes));
        return failures;
    }

    private async ValueTask ByYarpAsync(IProxyConfig config, List<string> failures)
    {
        var validator = services.GetRequiredService<IConfigValidator>();
        var filters = services.GetServices<IProxyConfigFilter>().ToArray();
        var clusters = new Dictionary<string, ClusterConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var original in config.Clusters)
        {
            var cluster = original;
            await TellAsync($"{SectionName}:Clusters:{cluster.ClusterId}", failures, async () =>
            {
                foreach (var filter in filters)
                {
                    cluster = await filter.ConfigureClusterAsync(cluster, default);
                }

                return await validator.ValidateClusterAsync(cluster);
            });
            clusters[cluster.ClusterId] = cluster;
        }

        foreach (var original in config.Routes)
        {
            await TellAsync($"{SectionName}:Routes:{original.RouteId}", failures, async () =>
            {
                var route = original;
                foreach (var filter in filters)
                {
                    route = await filter.ConfigureRouteAsync(route, clusters.GetValueOrDefault(route.ClusterId ?? ""), default);
                }

                return await validator.ValidateRouteAsync(route);
            });
        }
    }

    private static async ValueTask TellAsync(string key, List<string> failures, Func<ValueTask<IList<Exception>>> validate)
    {
        try
        {
            failures.AddRange((await validate()).Select(exception => $"{key}: {exception.Message}"));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            // Of our own filters, which say themselves where
            failures.Add(exception.Message);
        }
    }

    private static IEnumerable<string> Addresses(ClusterConfig cluster) =>
        from destination in cluster.Destinations ?? new Dictionary<string, DestinationConfig>()
        let key = $"{SectionName}:Clusters:{cluster.ClusterId}:Destinations:{destination.Key}:Address"
        // One that is missing is among YARP's own failures
        where !string.IsNullOrEmpty(destination.Value.Address) && !IsHttp(destination.Value.Address)
        select $"{(key == $"{UpstreamCluster.SectionName}:Address" ? $"UPSTREAM_URL ({key})" : key)} is "
            + $"'{destination.Value.Address}', which is not an http or https URL. Example: http://localhost:3000";

    private static bool IsHttp(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static IEnumerable<string> ClusterOf(RouteConfig route, IReadOnlyList<ClusterConfig> clusters)
    {
        if (!clusters.Any(cluster => string.Equals(cluster.ClusterId, route.ClusterId, StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"{SectionName}:Routes:{route.RouteId}:ClusterId is '{route.ClusterId}', but there is no "
                + $"{SectionName}:Clusters:{route.ClusterId}. There are: {string.Join(", ", clusters.Select(cluster => cluster.ClusterId).Order())}";
        }
    }
}
