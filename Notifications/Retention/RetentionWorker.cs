using Microsoft.Extensions.Options;
using OpenTelemetry;
using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Retention;

/// <summary>Deletes every hour what is kept no longer.</summary>
internal sealed partial class RetentionWorker(
    RetentionStore store, IOptions<SendingOptions> options, TimeProvider time, ILogger<RetentionWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            using var quiet = SuppressInstrumentationScope.Begin();
            try
            {
                if (await store.PurgeAsync(options.Value.KeepDays, stoppingToken) is { } purged && (purged.Messages > 0 || purged.Keys > 0))
                {
                    Log.Purged(logger, purged.Messages, options.Value.KeepDays, purged.Keys);
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
        [LoggerMessage(LogLevel.Information, "Deleted {Messages} messages that were older than {Days} days, and {Keys} idempotency keys")]
        public static partial void Purged(ILogger logger, long messages, int days, long keys);

        [LoggerMessage(LogLevel.Error, "What is kept no longer could not be deleted ({Reason}); tried again in an hour")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
