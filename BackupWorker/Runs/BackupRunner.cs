using Npgsql;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Runs;

/// <summary>Carries out a started run and records how it went: in storage, in the table, in metrics and in the log.</summary>
internal sealed partial class BackupRunner(
    DumpPipeline pipeline, RunStore store, BackupsMetrics metrics, TimeProvider time, ILogger<BackupRunner> logger)
{
    /// <summary>How long recording a failure may take: at shutdown there is not much time.</summary>
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Makes the backup. Never throws: whatever goes wrong is the run's error.</summary>
    public async Task<RunResult> RunAsync(StartedRun run, CancellationToken cancellationToken)
    {
        await using var ends = run;
        var started = time.GetTimestamp();
        Log.Started(logger, run.Id, run.Database);
        RunResult result;
        try
        {
            result = new(run.Id, await pipeline.RunAsync(run, cancellationToken), null);
        }
        catch (Exception exception)
        {
            result = new(run.Id, null, SentenceOf(exception, cancellationToken));
            Log.Failed(logger, run.Id, run.Database, result.Error!, exception is BackupException or OperationCanceledException ? null : exception);
        }

        var took = time.GetElapsedTime(started);
        metrics.Ended(result.Manifest, took);
        if (result.Manifest is { } manifest)
        {
            Log.Completed(logger, run.Id, run.Database, manifest.Size, took.TotalSeconds);
        }

        await RecordAsync(result);
        return result;
    }

    private static string SentenceOf(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        _ when cancellationToken.IsCancellationRequested => "Stopped before it was complete, because the process was told to end.",
        BackupException => exception.Message,
        PostgresException postgres => $"The database answered: {postgres.MessageText} ({postgres.SqlState}).",
        NpgsqlException => $"The database cannot be reached or was lost: {exception.Message.TrimEnd('.')}.",
        IOException or UnauthorizedAccessException => $"The archive cannot be written: {exception.Message.TrimEnd('.')}.",
        _ => $"Unexpected: {exception.GetType().Name}; the log has its details.",
    };

    private async Task RecordAsync(RunResult result)
    {
        try
        {
            using var timeout = new CancellationTokenSource(RecordTimeout, time);
            await store.CompleteAsync(result.Id, result.Error, time.GetUtcNow(), timeout.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            // The next holder of the lock finds the row and completes it from what storage says
            Log.NotRecorded(logger, result.Id, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Backup {Id} of {Database} started")]
        public static partial void Started(ILogger logger, string id, string database);

        [LoggerMessage(LogLevel.Information, "Backup {Id} of {Database} is stored and verified: {Size} bytes in {Seconds:F1} s")]
        public static partial void Completed(ILogger logger, string id, string database, long size, double seconds);

        [LoggerMessage(LogLevel.Error, "Backup {Id} of {Database} failed: {Error}")]
        public static partial void Failed(ILogger logger, string id, string database, string error, Exception? exception);

        [LoggerMessage(LogLevel.Warning, "The end of backup {Id} could not be recorded, which the next run makes up for: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string id, string reason);
    }
}
