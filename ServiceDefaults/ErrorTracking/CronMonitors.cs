using Sentry;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Tells Sentry of jobs that run by a schedule. Without a DSN nobody is told.</summary>
public sealed class CronMonitors
{
    private readonly IHub _hub;
    private readonly TimeProvider _time;

    internal CronMonitors(IHub hub, TimeProvider time) => (_hub, _time) = (hub, time);

    /// <summary>A run of the job begins.</summary>
    public CheckIn Begin(CronMonitor monitor) => new(_hub, monitor, _time);
}
