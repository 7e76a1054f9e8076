using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Runs every job by its schedule, beside any number of other replicas that do so.</summary>
internal sealed partial class ScheduleWorker(
    IEnumerable<IScheduledJob> jobs, IOptions<ScheduleOptions> options, ScheduleMetrics metrics, TimeProvider time, ILogger<ScheduleWorker> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(jobs.Select(job => RunAsync(job, stoppingToken)));

    private async Task RunAsync(IScheduledJob job, CancellationToken stoppingToken)
    {
        if (job.Schedule is not { } schedule)
        {
            Log.Off(logger, job.Name);
            return;
        }

        Log.Scheduled(logger, job.Name, schedule.NextAfter(time.GetUtcNow()));
        var runs = new ScheduledRuns(job, schedule, options.Value, metrics, time, Random.Shared, logger);
        while (true)
        {
            var pause = ScheduledRuns.LongestPause;
            try
            {
                pause = await runs.StepAsync(stoppingToken);
            }
            // Whatever it is: else one bug would end all backups to come
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Broken(logger, exception, job.Name, pause);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The job {Job} does not run by itself: its schedule is off")]
        public static partial void Off(ILogger logger, string job);

        [LoggerMessage(LogLevel.Information, "The job {Job} runs by its schedule, next at {Next:u}")]
        public static partial void Scheduled(ILogger logger, string job, DateTimeOffset? next);

        [LoggerMessage(LogLevel.Error, "The schedule of the job {Job} failed; tried again in {Pause}")]
        public static partial void Broken(ILogger logger, Exception exception, string job, TimeSpan pause);
    }
}
