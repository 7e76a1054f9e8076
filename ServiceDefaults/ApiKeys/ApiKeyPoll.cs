using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Keeps the ring current, so that requests do not wait for the store. One small query every
/// <see cref="ApiKeyOptions.PollInterval"/>; unlike LISTEN, it has no connection whose loss goes unnoticed, and works through a
/// transaction pooler.
/// </summary>
internal sealed partial class ApiKeyPoll(
    ApiKeyRing ring, ApiKeyStore store, IOptions<ApiKeyOptions> options, TimeProvider time, ILogger<ApiKeyPoll> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!store.IsConfigured)
        {
            Log.NoStore(logger);
            return;
        }

        // Nobody's request: four traces a second would be noise
        using var _ = SuppressInstrumentationScope.Begin();
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        try
        {
            do
            {
                await ring.RefreshAsync(LookUpCause.Poll, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops
        }
    }

    private static partial class Log
    {
        // No warning: a service that needs a database does not start without one
        [LoggerMessage(LogLevel.Information,
            "There is no database (DATABASE_URL), so there are no API keys but the admin key; requests with others get 503")]
        public static partial void NoStore(ILogger logger);
    }
}
