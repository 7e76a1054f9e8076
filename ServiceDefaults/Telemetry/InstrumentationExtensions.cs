using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using ProdReady.ServiceDefaults.Telemetry.Health;
using ProdReady.ServiceDefaults.Telemetry.Process;

namespace ProdReady.ServiceDefaults.Telemetry;

/// <summary>What is traced and measured.</summary>
internal static class InstrumentationExtensions
{
    /// <summary>The prefix of the product's own meters and activity sources.</summary>
    public const string SourcePrefix = "ProdReady.*";

    private const string NpgsqlMeter = "Npgsql";

    /// <summary>
    /// Says what to trace and to measure, for whoever exports it. Without an exporter no provider is made of this, so that
    /// nothing listens and no span is created; the trace ids of logs and of outgoing calls come from ASP.NET Core itself.
    /// </summary>
    public static void AddInstrumentation(this IServiceCollection services)
    {
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing
            .AddSource(SourcePrefix)
            .AddAspNetCoreInstrumentation(options =>
            {
                options.Filter = context => !HealthPaths.Include(context.Request.Path);
                options.EnrichWithHttpRequest += (activity, _) => UrlTags.Redact(activity, UrlTags.Path);
            })
            .AddHttpClientInstrumentation(options =>
            {
                options.FilterHttpRequestMessage =
                    request => request.RequestUri is not { IsAbsoluteUri: true } uri || !HealthPaths.Include(uri.AbsolutePath);
                options.EnrichWithHttpRequestMessage += (activity, _) => UrlTags.Redact(activity, UrlTags.Full);
            })
            .AddNpgsql());
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddMeter(SourcePrefix)
            .AddMeter(NpgsqlMeter)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddInstrumentation(provider => ActivatorUtilities.CreateInstance<ProcessMetrics>(provider)));
        services.PostConfigure<HealthCheckServiceOptions>(UntracedHealthCheck.WrapAll);
    }
}
