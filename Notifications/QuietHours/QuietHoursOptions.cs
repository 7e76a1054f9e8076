using System.Globalization;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.QuietHours;

/// <summary>
/// When messages that can wait do: those of templates with <c>"quietHours": true</c>, and bulk. By the clock where the recipient's number is
/// at home.
/// </summary>
public sealed class QuietHoursOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "QuietHours";

    /// <summary>Whether there are any. Default: yes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Their first minute, <c>HH:mm</c>. Default: <c>21:00</c>.</summary>
    public string From { get; set; } = "21:00";

    /// <summary>When they are over, <c>HH:mm</c>; at most 20 hours later. Default: <c>08:00</c>.</summary>
    public string To { get; set; } = "08:00";

    internal static bool TryRead(string? text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}

internal sealed class ValidateQuietHoursOptions : IValidateOptions<QuietHoursOptions>
{
    /// <summary>A change of clocks must leave some of the others.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(20);

    public ValidateOptionsResult Validate(string? name, QuietHoursOptions options)
    {
        var failures = new List<string>();
        var areTimes = Check(nameof(options.From), options.From, "21:00", out var from) & Check(nameof(options.To), options.To, "08:00", out var to);
        if (areTimes && (to == from || to - from > Longest))
        {
            failures.Add(
                $"QuietHours:From is {options.From} and QuietHours:To is {options.To}: they must be 1 minute to {Longest.TotalHours:0} hours apart. "
                + "To have no quiet hours, set QuietHours:Enabled to false.");
        }

        if (options.Enabled && !TimeZoneInfo.TryFindSystemTimeZoneById("Africa/Lagos", out _))
        {
            failures.Add("QuietHours need the time zones of the world, which this machine lacks: install tzdata, or set QuietHours:Enabled to false.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        bool Check(string key, string? value, string example, out TimeOnly time)
        {
            var isTime = QuietHoursOptions.TryRead(value, out time);
            if (!isTime)
            {
                failures.Add($"QuietHours:{key} is '{value}', which is no time of the day. Example: {example}");
            }

            return isTime;
        }
    }
}
