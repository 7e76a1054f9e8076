using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Reports every schedule that would not run as it was meant.</summary>
internal sealed class ValidateScheduleOptions : IValidateOptions<ScheduleOptions>
{
    private const int MostRetries = 10;
    private static readonly TimeSpan LongestJitter = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestDuration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, ScheduleOptions options)
    {
        var failures = new List<string>();
        CheckCron("BACKUP_SCHEDULE", nameof(options.Cron), options.Cron, "0 2 * * *");
        CheckCron("BACKUP_DRILL_SCHEDULE", nameof(options.DrillCron), options.DrillCron, "0 4 * * 0");
        if (string.IsNullOrWhiteSpace(options.TimeZone) || !TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
        {
            failures.Add(
                $"BACKUP_TIMEZONE ({ScheduleOptions.SectionName}:{nameof(options.TimeZone)}) is '{options.TimeZone}', which this machine does not "
                + "know as a time zone: it takes IANA names, and needs tzdata. Example: Europe/Berlin");
        }

        CheckTime(nameof(options.Jitter), options.Jitter, TimeSpan.Zero, LongestJitter, "00:01:00");
        CheckTime(nameof(options.MaxDuration), options.MaxDuration, ShortestDuration, LongestDuration, "06:00:00");
        if (options.Retries is < 0 or > MostRetries)
        {
            failures.Add(
                $"{ScheduleOptions.SectionName}:{nameof(options.Retries)} is {options.Retries}, outside 0 to {MostRetries}. Example: 2");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void CheckCron(string variable, string key, string? value, string example)
        {
            if (!ScheduleOptions.IsOff(value) && !CronSchedule.TryParse(value, TimeZoneInfo.Utc, out _, out var problem))
            {
                failures.Add(
                    $"{variable} ({ScheduleOptions.SectionName}:{key}) is '{value}', which {problem}. Example: {example}, or {CronSchedule.Off} for none");
            }
        }

        void CheckTime(string key, TimeSpan value, TimeSpan shortest, TimeSpan longest, string example)
        {
            if (value < shortest || value > longest)
            {
                failures.Add($"{ScheduleOptions.SectionName}:{key} is {value}, outside {shortest} to {longest}. Example: {example}");
            }
        }
    }
}
