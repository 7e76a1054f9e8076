using System.Collections.Concurrent;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>
/// Runs that could not even start, because the database that holds the lock and our tables was away. They count in the metrics at once,
/// and in the table when it is back: a night without a backup must not look like a night without a schedule.
/// </summary>
internal sealed partial class UnrecordedRuns(
    BackupSources sources, RunStore store, BackupsMetrics metrics, TimeProvider time, ILogger<UnrecordedRuns> logger)
{
    private readonly ConcurrentQueue<BackupRun> _runs = new();
    private DateTimeOffset? _last;

    /// <summary>Keeps one of each database, the first time that an occurrence cannot be started.</summary>
    public void Add(DateTimeOffset occurrence, NpgsqlException exception)
    {
        if (_last == occurrence)
        {
            return;
        }

        _last = occurrence;
        var now = time.GetUtcNow();
        foreach (var source in sources.All())
        {
            metrics.NotCompleted(source.Database);
            _runs.Enqueue(new(
                BackupName.NewId(), source.Database, RunStatus.Failed, now, now,
                $"No run was started, because the database cannot be reached: {exception.Message.TrimEnd('.')}.", null, null, null,
                RunTrigger.Schedule.Text()));
        }
    }

    /// <summary>Records them. Where that fails, they stay: a record is no reason for no backup.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_runs.TryPeek(out var run))
            {
                await store.InsertFailedAsync(run, cancellationToken);
                _runs.TryDequeue(out _);
            }
        }
        catch (NpgsqlException exception)
        {
            Log.NotRecorded(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Runs that could not start are not recorded yet: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string reason);
    }
}
