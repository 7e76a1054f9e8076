using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentry;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Says once where errors go. Takes the hub, so that it is there before anything else starts and may fail.</summary>
internal sealed partial class ErrorTrackingReport(
    IHub hub, IOptions<ErrorTrackingOptions> options, IHostEnvironment environment, ILogger<ErrorTrackingReport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (hub.IsEnabled)
        {
            Log.On(logger, settings.SampleRate(environment));
        }
        else if (!string.IsNullOrWhiteSpace(settings.Dsn))
        {
            Log.OffInDevelopment(logger);
        }
        else if (!environment.IsDevelopment())
        {
            Log.Off(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Errors go to Sentry, and {Share:P0} of the traces")]
        public static partial void On(ILogger logger, double share);

        [LoggerMessage(LogLevel.Information, "Nothing goes to Sentry from Development. SENTRY_ENABLE_DEV=true changes that")]
        public static partial void OffInDevelopment(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "SENTRY_DSN is not set: errors are in the logs only")]
        public static partial void Off(ILogger logger);
    }
}
