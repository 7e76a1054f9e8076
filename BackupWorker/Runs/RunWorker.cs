namespace ProdReady.BackupWorker.Runs;

/// <summary>Carries out the runs that requests start, one after the other, and cleans up at start.</summary>
internal sealed partial class RunWorker(RunStarter starter, RunQueue queue, BackupRunner runner, ILogger<RunWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var closes = stoppingToken.Register(queue.Close);
        await CleanUpAsync(stoppingToken);
        // Also after the token is cancelled: a run that was accepted in that moment must be recorded as not done
        await foreach (var runs in queue.ReadAllAsync())
        {
            await runner.RunAsync(runs, stoppingToken);
        }
    }

    private async Task CleanUpAsync(CancellationToken stoppingToken)
    {
        try
        {
            await starter.CleanUpAsync(stoppingToken);
        }
        // Whatever it is: the next run cleans up too, and this one's end would be the end of all runs
        catch (Exception exception)
        {
            if (!stoppingToken.IsCancellationRequested)
            {
                Log.NotCleanedUp(logger, FailureSentence.Of(exception));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Runs that were interrupted could not be cleaned up: {Reason}")]
        public static partial void NotCleanedUp(ILogger logger, string reason);
    }
}
