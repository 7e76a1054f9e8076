using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class ScheduleOptionsTests
{
    private readonly ValidateScheduleOptions _validator = new();

    [Fact]
    public void Defaults_are_valid()
    {
        var options = new ScheduleOptions();

        Assert.True(_validator.Validate(null, options).Succeeded);
        Assert.Equal(TimeSpan.FromDays(1), options.Backups?.Interval);
        Assert.Equal(TimeSpan.FromDays(7), options.Drills?.Interval);
    }

    [Fact]
    public void A_schedule_can_be_switched_off()
    {
        var options = new ScheduleOptions { Cron = "off", DrillCron = " OFF " };

        Assert.True(_validator.Validate(null, options).Succeeded);
        Assert.Null(options.Backups);
        Assert.Null(options.Drills);
    }

    [Fact]
    public void Every_failure_is_in_one_message()
    {
        var result = _validator.Validate(null, new()
        {
            Cron = "2am",
            DrillCron = "0 4 31 2 *",
            TimeZone = "Mars/Jezero",
            Jitter = TimeSpan.FromHours(2),
            MaxDuration = TimeSpan.Zero,
            Retries = 11,
        });

        Assert.Equal(
            "BACKUP_SCHEDULE (Backups:Schedule:Cron) is '2am', which is no cron expression of five fields. Example: 0 2 * * *, or off for none; "
            + "BACKUP_DRILL_SCHEDULE (Backups:Schedule:DrillCron) is '0 4 31 2 *', which never comes. Example: 0 4 * * 0, or off for none; "
            + "BACKUP_TIMEZONE (Backups:Schedule:TimeZone) is 'Mars/Jezero', which this machine does not know as a time zone: it takes IANA names, "
            + "and needs tzdata. Example: Europe/Berlin; "
            + "Backups:Schedule:Jitter is 02:00:00, outside 00:00:00 to 01:00:00. Example: 00:01:00; "
            + "Backups:Schedule:MaxDuration is 00:00:00, outside 00:01:00 to 7.00:00:00. Example: 06:00:00; "
            + "Backups:Schedule:Retries is 11, outside 0 to 10. Example: 2",
            result.FailureMessage);
    }
}
