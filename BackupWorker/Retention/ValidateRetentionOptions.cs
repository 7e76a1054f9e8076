using System.Globalization;
using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Retention;

/// <summary>Refuses settings that would remove everything, or more than anybody can mean.</summary>
/// <param name="interval">The longest time between two backups; nothing where they are not scheduled here.</param>
internal sealed class ValidateRetentionOptions(Func<TimeSpan?> interval) : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.Daily), options.Daily, 0, 3_650, 7);
        Check(nameof(options.Weekly), options.Weekly, 0, 520, 4);
        Check(nameof(options.Monthly), options.Monthly, 0, 1_200, 12);
        Check(nameof(options.Yearly), options.Yearly, 0, 100, 7);
        Check(nameof(options.KeepVerified), options.KeepVerified, 1, 1_000, 3);
        if (options.Days is < 0 or > 36_500)
        {
            failures.Add($"{DaysKey} is {options.Days}, outside 0 to 36500. Example: 30");
        }
        else if (failures.Count == 0)
        {
            failures.AddRange(Reach(options));
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check(string key, int value, int lowest, int highest, int example)
        {
            if (value < lowest || value > highest)
            {
                failures.Add($"{RetentionOptions.SectionName}:{key} is {value}, outside {lowest} to {highest}. Example: {example}");
            }
        }
    }

    private static string DaysKey => $"RETENTION_DAYS ({RetentionOptions.SectionName}:{nameof(RetentionOptions.Days)})";

    private IEnumerable<string> Reach(RetentionOptions options)
    {
        if (options.Reach == TimeSpan.Zero)
        {
            yield return $"{DaysKey} is 0, and neither Daily, Weekly, Monthly nor Yearly keeps anything: every backup would be removed but the "
                + $"newest {options.KeepVerified}. Example: 30";
        }
        else if (interval() is { } between && options.Reach < between * 2)
        {
            // One that fails, and there would be nothing left between the oldest that is kept and the next
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{DaysKey} is {options.Days}, and backups are kept for {options.Reach.TotalDays:0} days in all, which is less than twice the "
                + $"{between.TotalDays:0.##} days between two of them by BACKUP_SCHEDULE. Example: {Math.Ceiling(between.TotalDays * 2)}");
        }
    }
}
