using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ProdReady.Gateway.Proxy.Headers;

/// <summary>
/// Fields' values pass byte by byte, in both directions: beyond ASCII nobody but the two ends knows the encoding (RFC 9110, 5.5, obs-text).
/// Kestrel would refuse what is no UTF-8 and could not write what is not ASCII, and the client could not send it.
/// </summary>
internal static class HeaderBytes
{
    /// <summary>Each byte is one character of it, and the reverse.</summary>
    private static readonly Encoding Transparent = Encoding.Latin1;

    public static void AddHeaderBytes(this IServiceCollection services) =>
        services.AddOptions<KestrelServerOptions>().Configure(server =>
        {
            server.RequestHeaderEncodingSelector = _ => Transparent;
            server.ResponseHeaderEncodingSelector = _ => Transparent;
        });

    /// <summary>Unless the cluster has an encoding of its own.</summary>
    public static void Pass(SocketsHttpHandler handler)
    {
        handler.RequestHeaderEncodingSelector ??= (_, _) => Transparent;
        handler.ResponseHeaderEncodingSelector ??= (_, _) => Transparent;
    }
}
