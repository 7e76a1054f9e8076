using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Logging;
using Sentry;
using Sentry.Extensibility;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Errors as events, and sampled traces, at Sentry. Off without a DSN; then it costs nothing.</summary>
internal static class ErrorTrackingExtensions
{
    /// <summary>
    /// Categories whose error lines are no failures of their own: the request's line repeats what its handler logged, and the
    /// health checks' repeat a state at every probe.
    /// </summary>
    private static readonly string[] Repeaters =
        [typeof(RequestLogMiddleware).FullName!, "Microsoft.Extensions.Diagnostics.HealthChecks"];

    public static void AddErrorTracking(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IConfigureOptions<ErrorTrackingOptions>, ConfigureErrorTrackingOptions>();
        builder.Services.AddSingleton<IValidateOptions<ErrorTrackingOptions>, ConfigureErrorTrackingOptions>();
        builder.Services.AddOptions<ErrorTrackingOptions>().ValidateOnStart();
        builder.Services.AddHostedService<ErrorTrackingReport>();
        builder.Services.AddSingleton(
            services => new CronMonitors(services.GetRequiredService<IHub>(), services.GetRequiredService<TimeProvider>()));
        if (!ErrorTrackingOptions.IsOn(builder.Configuration, builder.Environment))
        {
            builder.Services.AddSingleton<IHub>(DisabledHub.Instance);
            return;
        }

        builder.Services.AddSingleton<DeliveryMetrics>();
        builder.Services.AddSingleton<RequestFacts>();
        builder.Services.AddSingleton<ErrorTracker>();
        builder.Services.AddSingleton(services => services.GetRequiredService<ErrorTracker>().Hub);
        builder.Services.AddSingleton<ILoggerProvider, ErrorEventLoggerProvider>();
        builder.Logging.AddFilter<ErrorEventLoggerProvider>(null, LogLevel.Error);
        foreach (var category in Repeaters)
        {
            builder.Logging.AddFilter<ErrorEventLoggerProvider>(category, LogLevel.None);
        }

        builder.AddSentryTracing();
    }
}
