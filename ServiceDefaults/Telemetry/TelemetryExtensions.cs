using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ProdReady.ServiceDefaults.Telemetry;

/// <summary>Logs, traces and metrics over OTLP where a collector is configured.</summary>
internal static class TelemetryExtensions
{
    /// <summary>The prefix of the product's own meters and activity sources.</summary>
    public const string SourcePrefix = "ProdReady.*";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var export = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(builder.Environment.ApplicationName.ToLowerInvariant())
                .AddAttributes([new("deployment.environment.name", builder.Environment.EnvironmentName)])
                // again, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the defaults above
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddSource(SourcePrefix)
                .AddAspNetCoreInstrumentation(options => options.Filter = IsNotHealthCheck)
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter(SourcePrefix)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation());
        if (!export)
        {
            return;
        }

        // One exporter a signal: UseOtlpExporter() would exclude any other exporter of the same signal
        telemetry
            .WithTracing(tracing => tracing.AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddOtlpExporter());
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeScopes = true;
            logging.IncludeFormattedMessage = true;
            logging.AddOtlpExporter();
        });
    }

    private static bool IsNotHealthCheck(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments("/alive", StringComparison.Ordinal);
}
