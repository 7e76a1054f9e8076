using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime;

/// <summary>Where it is on, the spool is tried too.</summary>
internal sealed partial class ValidatePointInTimeOptions : IValidateOptions<PointInTimeOptions>
{
    private const int MostBases = 1000;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(60);

    public ValidateOptionsResult Validate(string? name, PointInTimeOptions options)
    {
        var failures = new List<string>();
        // In UTC: whether it is an expression does not depend on the zone
        if (!ScheduleOptions.IsOff(options.Cron) && !CronSchedule.TryParse(options.Cron, TimeZoneInfo.Utc, out _, out var problem))
        {
            failures.Add(
                $"BACKUP_BASE_SCHEDULE ({Key(nameof(options.Cron))}) is '{options.Cron}', which {problem}. Example: 0 1 * * 0");
        }

        if (!Slot().IsMatch(options.Slot))
        {
            failures.Add(
                $"{Key(nameof(options.Slot))} is '{options.Slot}'; it must be 1 to 40 lower-case letters, digits and underscores. "
                + "Example: prodready_backups");
        }

        if (options.Interval < ShortestInterval || options.Interval > LongestInterval)
        {
            failures.Add($"{Key(nameof(options.Interval))} is {options.Interval}, outside 0.5 to 60 seconds. Example: 00:00:02");
        }

        if (!Label().IsMatch(options.Label))
        {
            failures.Add(
                $"{Key(nameof(options.Label))} is '{options.Label}'; it must be 1 to 40 lower-case letters, digits, underscores and dashes. "
                + "Example: server");
        }

        if (options.BasesKept is < 1 or > MostBases)
        {
            failures.Add($"{Key(nameof(options.BasesKept))} is {options.BasesKept}, outside 1 to {MostBases}. Example: 2");
        }

        if (options.Enabled && !string.IsNullOrWhiteSpace(options.Spool) && WritableFolder.WhyNot(options.Spool) is { } reason)
        {
            failures.Add($"{Key(nameof(options.Spool))} is '{options.Spool}', which {reason}. Example: /var/lib/prodready/wal");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static string Key(string name) => $"{PointInTimeOptions.SectionName}:{name}";

    // The name of pg_receivewal's session is made of it, of which the server keeps 63 characters
    [GeneratedRegex(@"\A[a-z0-9_]{1,40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slot();

    [GeneratedRegex(@"\A[a-z0-9_-]{1,40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
