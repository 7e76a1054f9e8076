using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>The base backups of the schedule.</summary>
internal sealed partial class BaseJob(
    IOptions<PointInTimeOptions> options,
    IOptions<ScheduleOptions> schedule,
    OccurrenceStore occurrences,
    OccurrenceRunner runner,
    BaseBackup backup,
    WalContinuity continuity,
    ILogger<BaseJob> logger) : IScheduledJob
{
    private const string Server = "server";

    public string Name => "base";

    public CronSchedule? Schedule => options.Value.Enabled ? schedule.Value.Read(options.Value.Cron) : null;

    public Task<DateTimeOffset?> LastOccurrenceAsync(CancellationToken cancellationToken) => occurrences.LastAsync(Name, cancellationToken);

    public Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence, CancellationToken cancellationToken) => runner.RunAsync(
        this, options.Value.Cron, RunLock.Bases, occurrence, [Server], (_, held, deadline) => MakeAsync(held, deadline.Token), cancellationToken);

    private async Task<bool> MakeAsync(RunLock held, CancellationToken cancellationToken)
    {
        try
        {
            var result = await backup.MakeAsync(held, new(_ => { }), cancellationToken);
            continuity.Ask();
            if (result.Failure is { } failure)
            {
                // It can be, once its log has come: another copy of the whole server would not help
                Log.Failed(logger, failure, null);
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Failed(logger, FailureSentence.Of(exception), FailureSentence.IsExpected(exception) ? null : exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The base backup failed: {Error}")]
        public static partial void Failed(ILogger logger, string error, Exception? exception);
    }
}
