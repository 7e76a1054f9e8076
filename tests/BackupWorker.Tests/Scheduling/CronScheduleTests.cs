using System.Globalization;
using CsCheck;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class CronScheduleTests
{
    private static readonly DateTimeOffset YearStart = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset YearsEnd = new(2028, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>With gaps and folds of an hour, half an hour and two hours, at midnight, in both hemispheres, and none.</summary>
    private static readonly string[] Zones =
    [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Lagos", "UTC", "America/Havana", "Africa/Cairo", "Africa/Casablanca",
        "America/Santiago", "Antarctica/Troll", "Pacific/Chatham",
    ];

    private static readonly string[] Daily = ["30 2 * * *", "15 2 * * *", "0 2 * * *", "0 0 * * *", "30 1 * * *", "59 23 * * *", "0 3 * * *"];

    private static readonly string[] Others = ["30 2 * * *", "*/20 * * * *", "0 */3 * * 1-5", "15 2,3 * * *", "0 4 * * 0", "0 0 1 * *"];

    public static TheoryData<string, string> Nights => new(Zones.SelectMany(zone => Daily.Select(cron => (zone, cron))));

    [Theory]
    [MemberData(nameof(Nights))]
    public void Every_local_day_has_exactly_one_run(string zone, string cron)
    {
        var local = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var days = Occurrences(Schedule(cron, zone))
            .Select(time => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, local).DateTime))
            .ToList();

        // The first and the last are cut by the bounds, which are of UTC
        Assert.Equal(Enumerable.Range(0, days.Count).Select(days[0].AddDays), days);
        Assert.InRange(days.Count, 3 * 365 - 1, 3 * 365 + 1);
    }

    [Theory]
    // 02:00 to 03:00 do not exist
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00")]
    // 02:00 to 03:00 come twice, and the first one counts
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00")]
    // Half an hour, from 02:00 to 02:30
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00")]
    // What comes by the hour goes on in the hour that is repeated
    [InlineData("Europe/Berlin", "30 * * * *", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")]
    public void Next_run_around_a_change_of_clocks(string zone, string cron, string after, string expected) =>
        Assert.Equal(Time(expected), Schedule(cron, zone).NextAfter(Time(after)));

    [Fact]
    public void Last_run_at_a_time_is_the_newest_that_is_not_after_it()
    {
        var schedules = Zones.SelectMany(zone => Others.Select(cron => Schedule(cron, zone)))
            .Select(schedule => (Schedule: schedule, All: Occurrences(schedule)))
            .ToArray();

        Gen.Select(Gen.OneOf(schedules), Gen.Int[60 * 24 * 35, 60 * 24 * 1000], Gen.Int[0, 1]).Sample((schedule, minutes, second) =>
        {
            // On the minute as well, where an occurrence may be
            var time = YearStart.AddMinutes(minutes / 5 * 5).AddSeconds(second * 7);
            var place = schedule.All.BinarySearch(time);
            var last = schedule.All[place >= 0 ? place : ~place - 1];
            Assert.Equal(last, schedule.Schedule.LastAt(time));
            Assert.Equal(schedule.All[schedule.All.IndexOf(last) + 1], schedule.Schedule.NextAfter(time));
        });
    }

    [Theory]
    [InlineData("0 2 * * *", "1.00:00:00")]
    [InlineData("@daily", "1.00:00:00")]
    [InlineData("* * * * *", "00:01:00")]
    [InlineData("*/15 * * * *", "00:15:00")]
    [InlineData("0 */6 * * *", "06:00:00")]
    [InlineData("0 2 * * 1-5", "3.00:00:00")]
    [InlineData("*/5 * * * 1", "6.00:05:00")]
    [InlineData("0 4 * * 0", "7.00:00:00")]
    [InlineData("0 2 1 * *", "31.00:00:00")]
    [InlineData("@yearly", "366.00:00:00")]
    [InlineData("0 0 29 2 *", "1461.00:00:00")]
    public void Interval_is_the_longest_time_between_two_runs(string cron, string interval) =>
        Assert.Equal(TimeSpan.Parse(interval, CultureInfo.InvariantCulture), Schedule(cron, "Europe/Berlin").Interval);

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("2 o'clock")]
    [InlineData("0 2 * *")]
    [InlineData("0 0 2 * * *")]
    [InlineData("60 2 * * *")]
    [InlineData("H 2 * * *")]
    public void What_is_no_expression_is_refused(string? cron) => Assert.Equal("is no cron expression of five fields", ProblemOf(cron));

    [Theory]
    [InlineData("0 2 31 2 *", "never comes")]
    [InlineData("@every_second", "comes more often than once a minute")]
    [InlineData("0 2 13 * 5", "sets a day of the month and a day of the week, which some crons take for either and others for both")]
    public void What_would_not_run_as_it_was_meant_is_refused(string cron, string problem) => Assert.Equal(problem, ProblemOf(cron));

    private static string? ProblemOf(string? cron)
    {
        Assert.False(CronSchedule.TryParse(cron, TimeZoneInfo.Utc, out _, out var problem));
        return problem;
    }

    private static List<DateTimeOffset> Occurrences(CronSchedule schedule)
    {
        var all = new List<DateTimeOffset>();
        for (var next = schedule.NextAfter(YearStart); next < YearsEnd; next = schedule.NextAfter(next.Value))
        {
            Assert.True(all.Count == 0 || next > all[^1], $"The run after {all.LastOrDefault():u} is {next:u}");
            all.Add(next.Value);
        }

        return all;
    }

    private static CronSchedule Schedule(string cron, string zone)
    {
        Assert.True(CronSchedule.TryParse(cron, TimeZoneInfo.FindSystemTimeZoneById(zone), out var schedule, out var problem), problem);
        return schedule;
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
