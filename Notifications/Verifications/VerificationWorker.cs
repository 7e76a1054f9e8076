using Microsoft.Extensions.Options;
using OpenTelemetry;
using ProdReady.Notifications.Verifications.Limits;
using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications;

/// <summary>Says at start what is missing; then erases codes whose time is over, and deletes what was kept for long enough.</summary>
internal sealed partial class VerificationWorker(
    VerificationStore store,
    BlockStore limits,
    ICodeSender sender,
    IOptions<VerificationOptions> options,
    TimeProvider time,
    ILogger<VerificationWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>One round.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var before = now.AddDays(-options.Value.RetentionDays);
        await store.PurgeAsync(now, before, cancellationToken);
        await limits.PurgeAsync(before, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (sender.MissingForSends is { } missing)
        {
            Log.Missing(logger, missing);
        }

        while (true)
        {
            // Not at once: the migrations may still be under way
            await Task.Delay(Interval, time, stoppingToken);
            using (SuppressInstrumentationScope.Begin())
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                // Whatever it is: else a failure of this job would end the service
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.Failed(logger, Interval, exception.Message);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "POST /notifications/verifications answers 503. {Missing}")]
        public static partial void Missing(ILogger logger, string missing);

        [LoggerMessage(LogLevel.Error, "Old verifications were not deleted, and will be tried again in {Delay}: {Reason}")]
        public static partial void Failed(ILogger logger, TimeSpan delay, string reason);
    }
}
