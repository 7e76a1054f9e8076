using System.Globalization;
using ProdReady.Gateway.Proxy.Reloading;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Proxy;

/// <summary>
/// Writes the defaults of <c>Proxy</c> into the routes and clusters that do not say otherwise, so that YARP sees a change of a default
/// as a change of each of them.
/// </summary>
internal sealed class ProxyDefaults(AcceptedConfiguration accepted) : IProxyConfigFilter
{
    /// <summary>In a cluster's metadata.</summary>
    public const string ConnectTimeout = "ConnectTimeout";

    /// <summary>In a route's metadata; what a route calls <c>Timeout</c>.</summary>
    public const string TotalTimeout = "TotalTimeout";

    /// <summary>In a route's metadata; what a route calls <c>MaxRequestBodySize</c>.</summary>
    public const string BodyLimit = "BodyLimit";

    /// <summary>In a route's metadata.</summary>
    public const string Retries = "Retries";

    /// <summary>YARP's number for it.</summary>
    private const long Unlimited = -1;

    // Not by a monitor, which may hear of a change after YARP has
    private ProxyOptions Defaults => accepted.Root.GetSection(ProxyOptions.SectionName).Get<ProxyOptions>() ?? new();

    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        var defaults = Defaults;
        var connect = ReadTime(cluster.Metadata, ConnectTimeout, $"Clusters:{cluster.ClusterId}") ?? defaults.Timeouts.Connect;
        return new(cluster with
        {
            HttpRequest = (cluster.HttpRequest ?? ForwarderRequestConfig.Empty) with
            {
                ActivityTimeout = cluster.HttpRequest?.ActivityTimeout ?? defaults.Timeouts.Activity,
            },
            Metadata = With(cluster.Metadata, (ConnectTimeout, connect.ToString("c", CultureInfo.InvariantCulture))),
        });
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel)
    {
        var defaults = Defaults;
        var retries = defaults.Retries.MaxRetries;
        if (route.Metadata?.GetValueOrDefault(Retries) is { } own
            && (!int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out retries) || retries > 5))
        {
            throw new FormatException($"ReverseProxy:Routes:{route.RouteId}:Metadata:{Retries} is '{own}'; it must be 0 to 5. Example: 0");
        }

        // Under YARP's own names the server would break a connection off before the client has read why, and the timeout would be enforced by a
        // middleware that also cuts streams and WebSockets
        var isOurs = route.TimeoutPolicy is null && (route.Timeout is null || route.Timeout > TimeSpan.Zero);
        var total = (route.Timeout ?? defaults.Timeouts.Total).ToString("c", CultureInfo.InvariantCulture);
        return new(route with
        {
            Timeout = isOurs ? null : route.Timeout,
            MaxRequestBodySize = Unlimited,
            Metadata = With(
                route.Metadata,
                (BodyLimit, (route.MaxRequestBodySize ?? defaults.Limits.MaxBodySize).ToString(CultureInfo.InvariantCulture)),
                (TotalTimeout, isOurs ? total : null),
                (Retries, retries.ToString(CultureInfo.InvariantCulture))),
        });
    }

    private static TimeSpan? ReadTime(IReadOnlyDictionary<string, string>? metadata, string name, string owner)
    {
        if (metadata?.GetValueOrDefault(name) is not { } text)
        {
            return null;
        }

        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero
            ? time
            : throw new FormatException($"ReverseProxy:{owner}:Metadata:{name} is '{text}', which is no time span above zero. Example: 00:00:05");
    }

    private static Dictionary<string, string> With(
        IReadOnlyDictionary<string, string>? metadata, params ReadOnlySpan<(string Name, string? Value)> values)
    {
        var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            if (value is not null)
            {
                all[name] = value;
            }
        }

        return all;
    }
}
