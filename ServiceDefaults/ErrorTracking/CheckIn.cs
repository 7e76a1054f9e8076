using Sentry;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>One run of a monitored job. Disposed without <see cref="End"/>, it has failed.</summary>
public sealed class CheckIn : IDisposable
{
    private readonly IHub _hub;
    private readonly CronMonitor _monitor;
    private readonly TimeProvider _time;
    private readonly SentryId _id;
    private readonly long _started;
    private bool _ended;

    internal CheckIn(IHub hub, CronMonitor monitor, TimeProvider time)
    {
        (_hub, _monitor, _time, _started) = (hub, monitor, time, time.GetTimestamp());
        _id = Begin();
    }

    /// <summary>Says how the run ended.</summary>
    public void End(bool succeeded)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _hub.CaptureCheckIn(
            _monitor.Slug, succeeded ? CheckInStatus.Ok : CheckInStatus.Error, sentryId: _id, duration: _time.GetElapsedTime(_started));
    }

    public void Dispose() => End(false);

    private SentryId Begin()
    {
        var id = _hub.CaptureCheckIn(_monitor.Slug, CheckInStatus.InProgress, configureMonitorOptions: Configure);
        // Not sent, because Sentry does not know such a crontab, as one with L for the last day: the monitor is then set up there by hand
        return id == SentryId.Empty && _hub.IsEnabled ? _hub.CaptureCheckIn(_monitor.Slug, CheckInStatus.InProgress) : id;
    }

    private static string FiveFields(string crontab) => crontab.ToLowerInvariant() switch
    {
        "@yearly" or "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" or "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => crontab,
    };

    private void Configure(SentryMonitorOptions options)
    {
        options.Interval(FiveFields(_monitor.Crontab));
        options.TimeZone = _monitor.TimeZone;
        options.CheckInMargin = _monitor.Margin;
        options.MaxRuntime = _monitor.MaxRuntime;
    }
}
