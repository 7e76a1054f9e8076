namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>A job that runs by a schedule, as Sentry is told of it: it then raises an alarm when the job does not check in.</summary>
/// <param name="Slug">Its name there: lower-case letters, digits, hyphens and underscores, at most 50.</param>
/// <param name="Crontab">When it runs, in five fields or a macro.</param>
/// <param name="TimeZone">The IANA name of the time zone of these times.</param>
/// <param name="Margin">How late it may start.</param>
/// <param name="MaxRuntime">How long it may take.</param>
public sealed record CronMonitor(string Slug, string Crontab, string TimeZone, TimeSpan Margin, TimeSpan MaxRuntime);
