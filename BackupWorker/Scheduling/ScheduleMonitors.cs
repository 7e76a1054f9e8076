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

    /// <summary>Sentry takes no longer one.</summary>
    private static readonly TimeSpan LongestRuntime = TimeSpan.FromDays(28);

    /// <summary>A run of the job begins.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cron">Its schedule.</param>
    /// <param name="parts">How many parts it has, each of which may take the longest time.</param>
    public CheckIn Begin(IScheduledJob job, string cron, int parts)
    {
        var runtime = (options.Value.MaxDuration * parts) + Slack;
        return monitors.Begin(new(
            $"prodready-backups-{job.Name}",
            cron.Trim(),
            options.Value.TimeZone,
            options.Value.Jitter + Slack,
            runtime < LongestRuntime ? runtime : LongestRuntime));
    }
}
