using OpenTelemetry;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>Writes refused requests down. While the database is away they are given up: their senders were told that they failed.</summary>
internal sealed partial class QuarantineWorker(
    QuarantineIntake intake, QuarantineStore store, WebhooksMetrics metrics, ILogger<QuarantineWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var _ = SuppressInstrumentationScope.Begin();
        var isAway = false;
        await foreach (var request in intake.Waiting.ReadAllAsync(stoppingToken))
        {
            try
            {
                await store.AddAsync(request, stoppingToken);
                metrics.Quarantined(request.Source);
                isAway = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Not only Npgsql's own: a server's name that does not resolve is a SocketException, and no reason to stop the service
                metrics.NotQuarantined(request.Source);
                if (!isAway)
                {
                    Log.NotKept(logger, exception.Message);
                }

                isAway = true;
            }
            finally
            {
                intake.Release(request);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Refused requests are not kept until the database is back: {Reason}")]
        public static partial void NotKept(ILogger logger, string reason);
    }
}
