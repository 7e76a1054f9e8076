using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Sending;

/// <summary>Finds the messages whose sender died during the call, of this process or another.</summary>
internal sealed partial class LeaseWorker(
    MessageStore store, NotificationMetrics metrics, TimeProvider time, ILogger<LeaseWorker> logger) : BackgroundService
{
    private const string Reason = "The sender died before it could say what came of the call.";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                foreach (var id in await store.ExpireLeasesAsync(Reason, stoppingToken))
                {
                    metrics.LeaseExpired();
                    Log.Expired(logger, id);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The sender of message {Id} died; it may or may not have been sent")]
        public static partial void Expired(ILogger logger, Guid id);

        [LoggerMessage(LogLevel.Error, "Expired leases cannot be read ({Reason}); the next try comes in 10 s")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
