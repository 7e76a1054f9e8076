using OpenTelemetry;

namespace ProdReady.Webhooks.Replays;

/// <summary>Takes replays further, each at its rate, until they are done or cancelled.</summary>
internal sealed partial class ReplayWorker(ReplayStore store, TimeProvider time, ILogger<ReplayWorker> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var _ = SuppressInstrumentationScope.Begin();
        var isAway = false;
        while (true)
        {
            try
            {
                while (await store.StepAsync(stoppingToken))
                {
                }

                isAway = false;
                await Task.Delay(PollInterval, time, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isAway)
                {
                    Log.Failed(logger, exception);
                }

                isAway = true;
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A replay could not go on; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
