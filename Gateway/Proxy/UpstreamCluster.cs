namespace ProdReady.Gateway.Proxy;

/// <summary>The customer's own API behind <c>/api</c>.</summary>
internal static class UpstreamCluster
{
    /// <summary>The cluster in YARP's configuration that <c>UPSTREAM_URL</c> gives its destination.</summary>
    public const string ClusterId = "upstream";

    /// <summary>The section that holds the destination; its <c>Address</c> is <c>UPSTREAM_URL</c>. Without one, <c>/api</c> answers 503.</summary>
    public const string SectionName = $"ReverseProxy:Clusters:{ClusterId}:Destinations:default";
}
