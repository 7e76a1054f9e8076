using System.Diagnostics;
using System.Globalization;
using OpenTelemetry.Trace;
using ProdReady.Gateway.Proxy.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Proxy.Timeouts;

/// <summary>
/// Connections with the cluster's own connect timeout, and not for ever, so that a changed DNS entry is followed. Their requests are spans where
/// somebody listens to those when the gateway starts.
/// </summary>
/// <param name="logger">YARP's.</param>
/// <param name="tracing">What exports spans, if anything does.</param>
internal sealed class ProxyHttpClientFactory(ILogger<ForwarderHttpClientFactory> logger, TracerProvider? tracing = null) : ForwarderHttpClientFactory(logger)
{
    private const string SpansOfRequests = "System.Net.Http";

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly bool _hasSpans = tracing is not null || HasListener(SpansOfRequests);

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context) && Connect(context.OldMetadata) == Connect(context.NewMetadata);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        HeaderBytes.Pass(handler);
        handler.PooledConnectionLifetime = ConnectionLifetime;
        if (!_hasSpans)
        {
            handler.ActivityHeadersPropagator = null;
        }

        if (Connect(context.NewMetadata) is { } timeout)
        {
            handler.ConnectTimeout = TimeSpan.ParseExact(timeout, "c", CultureInfo.InvariantCulture);
        }
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        _hasSpans ? base.WrapHandler(context, handler) : new TraceHeaders(base.WrapHandler(context, handler));

    /// <summary>Such as an agent that was loaded into the process from outside.</summary>
    private static bool HasListener(string name)
    {
        using var source = new ActivitySource(name);
        return source.HasListeners();
    }

    private static string? Connect(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.GetValueOrDefault(ProxyDefaults.ConnectTimeout);
}
