using System.Globalization;
using ProdReady.Gateway.Proxy.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Proxy.Timeouts;

/// <summary>Connections with the cluster's own connect timeout, and not for ever, so that a changed DNS entry is followed.</summary>
internal sealed class ProxyHttpClientFactory(ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context) && Connect(context.OldMetadata) == Connect(context.NewMetadata);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        HeaderBytes.Pass(handler);
        handler.PooledConnectionLifetime = ConnectionLifetime;
        if (Connect(context.NewMetadata) is { } timeout)
        {
            handler.ConnectTimeout = TimeSpan.ParseExact(timeout, "c", CultureInfo.InvariantCulture);
        }
    }

    private static string? Connect(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.GetValueOrDefault(ProxyDefaults.ConnectTimeout);
}
