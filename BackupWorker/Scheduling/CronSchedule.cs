using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>
/// The times of a cron expression of five fields in a time zone. A time that a change of clocks leaves out comes when they jump
/// over it; one that they repeat comes once. Only what runs every so many minutes or hours also runs in the repeated hour.
/// </summary>
internal sealed class CronSchedule
{
    /// <summary>Switches a schedule off where a cron expression is expected.</summary>
    public const string Off = "off";

    /// <summary>Begins with a leap year, so that the longest distances are seen.</summary>
    private static readonly DateTime SampleStart = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly TimeSpan SampleLength = TimeSpan.FromDays(400);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestChange = TimeSpan.FromHours(3);

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression expression, TimeZoneInfo zone, TimeSpan interval) =>
        (_expression, _zone, Interval) = (expression, zone, interval);

    /// <summary>
    /// The longest time between two occurrences, by a clock that is never changed: 24 hours of a nightly schedule, three days of
    /// one that leaves the weekend out. What is older than twice that is late.
    /// </summary>
    public TimeSpan Interval { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The five fields, or a macro such as <c>@daily</c>.</param>
    /// <param name="zone">Whose clocks it means.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="problem">What is wrong with it, to follow "is '...', which".</param>
    public static bool TryParse(
        string? text, TimeZoneInfo zone, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        schedule = null;
        problem = null;
        if (string.IsNullOrWhiteSpace(text) || !CronExpression.TryParse(text, out var expression))
        {
            problem = "is no cron expression of five fields";
        }
        else if (SetsBothDays(text))
        {
            problem = "sets a day of the month and a day of the week, which some crons take for either and others for both";
        }
        else if (LongestDistance(expression) is not { } interval)
        {
            problem = "never comes";
        }
        else if (interval < Minute)
        {
            problem = "comes more often than once a minute";
        }
        else
        {
            schedule = new(expression, zone, interval);
        }

        return schedule is not null;
    }

    /// <summary>The first occurrence after a time.</summary>
    /// <remarks>
    /// Where a zone's standard time changes, as Morocco's does around Ramadan, Cronos answers with the time itself or an earlier one:
    /// then it is asked for later times until it goes on.
    /// </remarks>
    public DateTimeOffset? NextAfter(DateTimeOffset time)
    {
        var next = _expression.GetNextOccurrence(time, _zone);
        for (var from = time.Add(Minute); next <= time; from = from.Add(Minute))
        {
            next = _expression.GetNextOccurrence(from, _zone);
        }

        return next?.ToUniversalTime();
    }

    /// <summary>The last occurrence at or before a time.</summary>
    /// <remarks>Found by going forward, so that the two can never disagree on what an occurrence is.</remarks>
    public DateTimeOffset? LastAt(DateTimeOffset time)
    {
        DateTimeOffset? last = null;
        // The longest distance, and what changes of clocks add to it
        var next = NextAfter(time - (2 * Interval) - LongestChange);
        while (next is { } occurrence && occurrence <= time)
        {
            last = occurrence;
            next = NextAfter(occurrence);
        }

        return last;
    }

    /// <remarks>Vixie's cron takes the one or the other, Cronos only days that are both: a nightly backup could become a yearly one.</remarks>
    private static bool SetsBothDays(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, _, var dayOfMonth, _, var dayOfWeek]
        && !IsAny(dayOfMonth) && !IsAny(dayOfWeek);

    private static bool IsAny(string field) => field is "*" or "?";

    private static TimeSpan? LongestDistance(CronExpression expression)
    {
        TimeSpan? longest = null;
        var previous = expression.GetNextOccurrence(SampleStart, inclusive: true);
        while (previous is { } from && expression.GetNextOccurrence(from) is { } next)
        {
            longest = next - from > longest.GetValueOrDefault() ? next - from : longest;
            // A macro of seconds is known by its first two, and would have millions
            if (next - SampleStart > SampleLength || longest < Minute)
            {
                break;
            }

            previous = next;
        }

        return longest;
    }
}
