using Npgsql;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Carries out the runs that requests start, one after the other, and cleans up at start.</summary>
internal sealed partial class RunWorker(RunStarter starter, RunQueue queue, BackupRunner runner, ILogger<RunWorker> logger)
    : BackgroundService
{
    /// <summary>Cleans up before the first request can start a run.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await starter.CleanUpAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            // Not worth the start: the next run does it again
            Log.NotCleanedUp(logger, exception.Message);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var closes = stoppingToken.Register(queue.Close);
        // Also after the token is cancelled: a run that was accepted in that moment must be recorded as not done
        await foreach (var run in queue.ReadAllAsync())
        {
            await runner.RunAsync(run, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Runs that were interrupted could not be cleaned up: {Reason}")]
        public static partial void NotCleanedUp(ILogger logger, string reason);
    }
}
