using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ProdReady.ServiceDefaults.Telemetry.Otlp;
using ProdReady.ServiceDefaults.Telemetry.Scraping;

namespace ProdReady.ServiceDefaults.Telemetry;

/// <summary>Logs, traces and metrics over OTLP where a collector is configured, and metrics for Prometheus where a port is.</summary>
internal static class TelemetryExtensions
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(builder.Environment));
        builder.Services.AddInstrumentation();
        builder.AddOtlpExport();
        builder.AddMetricsScraping();
    }
}
