using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace ProdReady.ServiceDefaults.Telemetry.Scraping;

/// <summary>Serves Prometheus where a port for it is configured.</summary>
internal static class ScrapingExtensions
{
    public static void AddMetricsScraping(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[$"{MetricsOptions.SectionName}:{nameof(MetricsOptions.Port)}"]))
        {
            return;
        }

        builder.Services.AddSingleton<IValidateOptions<MetricsOptions>, ValidateMetricsOptions>();
        builder.Services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.SectionName).ValidateOnStart();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddPrometheusExporter());
        builder.Services.AddSingleton<MetricsServer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MetricsServer>());
    }
}
