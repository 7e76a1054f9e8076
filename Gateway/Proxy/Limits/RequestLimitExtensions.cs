using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Limits;

/// <summary>How large a request's parts may be.</summary>
internal static class RequestLimitExtensions
{
    /// <summary>What a server refuses while it reads is an answer without a body; up to this many times the limit it is a problem of ours.</summary>
    private const int ServersShare = 2;

    public static void AddRequestLimits(this IServiceCollection services) =>
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ProxyOptions>>((server, options) =>
        {
            var limits = options.Value.Limits;
            server.Limits.MaxRequestBodySize = limits.MaxBodySize;
            server.Limits.MaxRequestHeaderCount = limits.MaxHeaderCount * ServersShare;
            server.Limits.MaxRequestHeadersTotalSize = limits.MaxHeadersSize * ServersShare;
            // Method, version and spaces besides
            server.Limits.MaxRequestLineSize = (limits.MaxUrlLength * ServersShare) + 64;
            server.Limits.MaxRequestBufferSize = Math.Max(
                server.Limits.MaxRequestBufferSize ?? 0, (limits.MaxUrlLength * ServersShare) + (limits.MaxHeadersSize * ServersShare) + 64);
            server.Limits.Http2.MaxRequestHeaderFieldSize = limits.MaxHeadersSize;
        });

    /// <summary>Ahead of everything that reads the request.</summary>
    public static void UseRequestLimits(this WebApplication app) => app.UseMiddleware<RequestLimitMiddleware>();
}
