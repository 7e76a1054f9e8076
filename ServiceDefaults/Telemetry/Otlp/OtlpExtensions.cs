using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>Exports each signal to the collector that the standard variables name.</summary>
internal static class OtlpExtensions
{
    public static void AddOtlpExport(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<OtlpOptions>, ValidateOtlpOptions>();
        builder.Services.AddOptions<OtlpOptions>().ValidateOnStart();
        builder.Services.AddSingleton<CollectorClients>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CollectorClients>());

        // One exporter a signal: UseOtlpExporter() would read the signals' own variables, too, but excludes any other exporter
        // of the same signal
        var telemetry = builder.Services.AddOpenTelemetry();
        if (OtlpSignal.Traces.IsExported(builder.Configuration))
        {
            builder.Services.AddOptions<OtlpExporterOptions>(OtlpSignal.Traces.Name).Configure(OtlpSignal.Traces);
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter(OtlpSignal.Traces.Name, configure: null));
        }

        if (OtlpSignal.Metrics.IsExported(builder.Configuration))
        {
            builder.Services.AddOptions<OtlpExporterOptions>(OtlpSignal.Metrics.Name).Configure(OtlpSignal.Metrics);
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(OtlpSignal.Metrics.Name, configure: null));
        }

        if (OtlpSignal.Logs.IsExported(builder.Configuration))
        {
            builder.Services.AddOptions<OtlpExporterOptions>(OtlpSignal.Logs.Name).Configure(OtlpSignal.Logs);
            telemetry.WithLogging(
                logging => logging.AddOtlpExporter(OtlpSignal.Logs.Name, configureExporter: null),
                // Not IncludeScopes, which would send them as they are: RedactionProcessor has them
                options => options.IncludeFormattedMessage = true);
        }
    }

    private static void Configure(this OptionsBuilder<OtlpExporterOptions> options, OtlpSignal signal) =>
        options.Configure<IConfiguration, CollectorClients>((exporter, configuration, clients) =>
        {
            signal.Configure(configuration, exporter);
            clients.Use(signal, configuration, exporter);
        });
}
