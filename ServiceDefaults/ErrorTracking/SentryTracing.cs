using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Traces to Sentry's OTLP endpoint. Its SDK, which knows nothing of them, sends the events.</summary>
internal static class SentryTracing
{
    public static void AddSentryTracing(this IHostApplicationBuilder builder) =>
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddProcessor(static services =>
        {
            var settings = services.GetRequiredService<IOptions<ErrorTrackingOptions>>().Value;
            return SentryDsn.TryParse(settings.Dsn ?? "", out var dsn, out var error)
                ? new SampledTraceProcessor(
                    new OtlpTraceExporter(Exporter(dsn, services)),
                    new TraceSampling(settings.SampleRate(services.GetRequiredService<IHostEnvironment>())))
                : throw new InvalidOperationException($"SENTRY_DSN {error}.");
        }));

    /// <summary>Everything that the OTEL_* variables of the operator's own collector would set is set here instead.</summary>
    private static OtlpExporterOptions Exporter(SentryDsn dsn, IServiceProvider services) => new()
    {
        Endpoint = dsn.TracesEndpoint,
        Protocol = OtlpExportProtocol.HttpProtobuf,
        Headers = $"x-sentry-auth=sentry sentry_key={dsn.PublicKey}",
        HttpClientFactory = () => new HttpClient(new DeliveryHandler(
            new SocketsHttpHandler(),
            services.GetRequiredService<DeliveryMetrics>(),
            services.GetRequiredService<ILogger<DeliveryHandler>>(),
            services.GetRequiredService<TimeProvider>()))
        {
            Timeout = ErrorTrackingOptions.DeliveryTimeout,
        },
    };
}
