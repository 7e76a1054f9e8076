using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.ErrorTracking;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>
/// Tells Sentry of the runs of scheduled jobs, as the monitors <c>prodready-backups-{job}</c>: by whoever has taken the run up, so that
/// of several replicas one does.
/// </summary>
internal sealed class ScheduleMonitors(CronMonitors monitors, IOptions<ScheduleOptions> options)
{
    /// <summary>A start takes its jitter, a look at the clock every minute, and the lock.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>A run of the job begins.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cron">Its schedule.</param>
    public CheckIn Begin(IScheduledJob job, string cron) => monitors.Begin(new(
        $"prodready-backups-{job.Name}", cron.Trim(), options.Value.TimeZone, options.Value.Jitter + Slack, options.Value.MaxDuration + Slack));
}
