using System.Net;

namespace ProdReady.Gateway.Proxy.Limits;

/// <summary>A gRPC call: a stream of messages with a deadline of its own, each of which the service itself limits.</summary>
internal static class GrpcCall
{
    /// <summary>
    /// Whether a request is one. Anybody can say so in a header, and be without limits then: it must go to a cluster whose settings say that it
    /// speaks HTTP/2.
    /// </summary>
    public static bool Is(HttpContext context) =>
        IsGrpc(context.Request.ContentType)
        && HttpProtocol.IsHttp2(context.Request.Protocol)
        && context.GetReverseProxyFeature().Cluster.Config.HttpRequest?.Version >= HttpVersion.Version20;

    /// <summary>Whether a media type is gRPC's.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
