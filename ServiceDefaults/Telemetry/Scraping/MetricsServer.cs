using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace ProdReady.ServiceDefaults.Telemetry.Scraping;

/// <summary>
/// <c>/metrics</c> on a Kestrel of its own. A second listener of the service's would be simpler to add and harder to get right:
/// it shares the middleware, so that each port has to be kept from the other's endpoints, and an explicit listener makes
/// Kestrel drop <c>ASPNETCORE_URLS</c>. Without a host around it, this one makes no spans and no <c>http.server</c> metrics.
/// </summary>
internal sealed partial class MetricsServer(
    MeterProvider meters,
    IOptions<MetricsOptions> options,
    IServiceProvider services,
    ILoggerFactory loggers,
    ILogger<MetricsServer> logger) : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    private const string Path = "/metrics";
    private KestrelServer? _server;
    private RequestDelegate _handle = _ => Task.CompletedTask;

    /// <summary>Where it listens, once it does.</summary>
    public Uri? Address { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _handle = new ApplicationBuilder(services)
            .UseOpenTelemetryPrometheusScrapingEndpoint(
                meters, context => context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method), null, null, null)
            .Build();
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = services };
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxConcurrentConnections = 32;
        Listen(kestrel, options.Value);
        _server = new KestrelServer(
            Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        try
        {
            await _server.StartAsync(this, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new OptionsValidationException(
                MetricsOptions.SectionName,
                typeof(MetricsOptions),
                [$"METRICS_PORT (Metrics:Port) {options.Value.Port} on {options.Value.Host} cannot be listened on: "
                    + $"{exception.Message} Each service on a machine needs a port of its own. Example: 9465"]);
        }

        Address = new Uri(new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First()), Path);
        Log.Serving(logger, Address);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _handle(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    private static void Listen(KestrelServerOptions kestrel, MetricsOptions options)
    {
        if (options.IsAny)
        {
            // IPv4 alone on a machine without IPv6, as many containers are
            kestrel.ListenAnyIP(options.Port, OverHttp1);
        }
        else
        {
            kestrel.Listen(options.Address!, options.Port, OverHttp1);
        }

        static void OverHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Metrics are served on {Address}")]
        public static partial void Serving(ILogger logger, Uri address);
    }
}
