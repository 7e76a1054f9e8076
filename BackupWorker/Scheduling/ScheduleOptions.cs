namespace ProdReady.BackupWorker.Scheduling;

/// <summary>When backups and restore drills run by themselves: <c>Backups:Schedule</c>.</summary>
public sealed class ScheduleOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:Schedule";

    /// <summary>
    /// When backups run (<c>BACKUP_SCHEDULE</c>): five cron fields, or <c>off</c>. Default: <c>0 2 * * *</c>, every night at two.
    /// </summary>
    public string Cron { get; set; } = "0 2 * * *";

    /// <summary>
    /// When the newest backup is restored on trial (<c>BACKUP_DRILL_SCHEDULE</c>), in the same form. Default: <c>0 4 * * 0</c>, on
    /// Sundays at four.
    /// </summary>
    public string DrillCron { get; set; } = "0 4 * * 0";

    /// <summary>The IANA name of the time zone of all schedules (<c>BACKUP_TIMEZONE</c>). Default: <c>UTC</c>.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>
    /// A run starts up to so much later, at random, so that many stacks do not burden the same storage at once. 0 to 1 hour.
    /// Default: 1 minute.
    /// </summary>
    public TimeSpan Jitter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest time of one database's backup or drill, of a base backup, and of each step that follows runs, such as pruning. What takes
    /// longer is cancelled; the other databases have times of their own. 1 minute to 7 days. Default: 6 hours.
    /// </summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// Whether the start makes up for the newest run that was missed, or for the first one ever. Default: yes.
    /// </summary>
    public bool CatchUp { get; set; } = true;

    /// <summary>
    /// How often a run that failed is tried again, each time 10 minutes later, before the next one is due. 0 to 10. Default: 2.
    /// </summary>
    public int Retries { get; set; } = 2;

    /// <summary>The zone of settings that are valid.</summary>
    internal TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>The backups' schedule of settings that are valid; nothing where it is off.</summary>
    internal CronSchedule? Backups => Read(Cron);

    /// <summary>The drills' schedule of settings that are valid; nothing where it is off.</summary>
    internal CronSchedule? Drills => Read(DrillCron);

    internal static bool IsOff(string? cron) => string.Equals(cron?.Trim(), CronSchedule.Off, StringComparison.OrdinalIgnoreCase);

    /// <summary>One of the schedules.</summary>
    internal CronSchedule? Read(string cron)
    {
        if (IsOff(cron))
        {
            return null;
        }

        return CronSchedule.TryParse(cron, Zone, out var schedule, out var problem)
            ? schedule
            : throw new BackupException($"The schedule '{cron}' {problem}.");
    }
}
