using System.Globalization;
using CsCheck;
using ProdReady.Notifications.QuietHours;

namespace ProdReady.Notifications.Tests.QuietHours;

public sealed class QuietTimesTests
{
    private static readonly DailyHours Night = new(new(21, 0), new(8, 0));

    private static readonly Gen<TimeZoneInfo> Zones = Gen.OneOf(
            "Africa/Lagos", "Europe/Paris", "America/New_York", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe",
            "Pacific/Chatham", "America/St_Johns", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Kiritimati", "Pacific/Apia", "UTC")
        .Select(TimeZoneInfo.FindSystemTimeZoneById);

    private static readonly Gen<DateTimeOffset> Times = Gen.Int[0, 3 * 365 * 24 * 60 * 60 - 1].Select(seconds =>
        new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds));

    private static readonly Gen<DailyHours> Hours = Gen.Select(Gen.Int[0, 1439], Gen.Int[1, 20 * 60]).Select((from, length) =>
        new DailyHours(new TimeOnly(from / 60, from % 60), new TimeOnly(from / 60, from % 60).AddMinutes(length)));

    [Theory]
    [InlineData("2026-11-28T20:59:59+01:00", "2026-11-28T20:59:59+01:00")]
    [InlineData("2026-11-28T21:00:00+01:00", "2026-11-29T08:00:00+01:00")]
    [InlineData("2026-11-29T03:12:45+01:00", "2026-11-29T08:00:00+01:00")]
    [InlineData("2026-11-29T08:00:00+01:00", "2026-11-29T08:00:00+01:00")]
    public void What_comes_at_night_waits_for_the_morning(string time, string expected) =>
        Assert.Equal(Time(expected), Next(time, Night, "Africa/Lagos"));

    [Theory]
    // Clocks go forward at 01:00 UTC, and back on the last Sunday of October
    [InlineData("2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00")]
    [InlineData("2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00")]
    public void The_morning_is_that_of_the_clocks_after_their_change(string time, string expected) =>
        Assert.Equal(Time(expected), Next(time, Night, "Europe/Paris"));

    [Fact]
    public void An_end_that_the_clocks_leave_out_is_when_they_jump_over_it() => Assert.Equal(
        Time("2026-03-29T03:00:00+02:00"), Next("2026-03-29T00:30:00+01:00", new(new(23, 0), new(2, 30)), "Europe/Paris"));

    [Fact]
    public void Minutes_that_come_twice_are_quiet_twice() => Assert.Equal(
        // At 03:00 summer time it is 02:00 again, and quiet hours begin once more
        Time("2026-10-25T02:31:00+01:00"), Next("2026-10-25T02:29:00+01:00", new(new(2, 0), new(2, 31)), "Europe/Paris"));

    [Fact]
    public void With_several_zones_it_waits_for_the_last() => Assert.Equal(
        Time("2026-11-28T08:00:00-08:00"), Next("2026-11-28T03:00:00-05:00", Night, "America/New_York", "America/Los_Angeles"));

    [Fact]
    public void With_zones_all_around_the_world_it_waits_for_the_fewest_in_bed()
    {
        var zones = Enumerable.Range(-11, 23).Select(offset => offset switch
        {
            0 => "UTC",
            // The names have their signs the other way round
            _ => string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{-offset:+0;-0}"),
        }).ToArray();
        var next = Next("2026-11-28T12:00:00+00:00", Night, zones);
        int Sleeping(DateTimeOffset time) => zones.Count(zone => Night.Contain(time, TimeZoneInfo.FindSystemTimeZoneById(zone)));
        Assert.InRange(next, Time("2026-11-28T12:00:00+00:00"), Time("2026-11-29T12:00:00+00:00"));
        Assert.Equal(Enumerable.Range(0, 24).Min(hour => Sleeping(Time("2026-11-28T12:00:00+00:00").AddHours(hour))), Sleeping(next));
    }

    [Theory]
    [InlineData("2026-11-28T09:00:00+01:00", 10, "2026-11-28T19:00:00+01:00")]
    [InlineData("2026-11-28T20:00:00+01:00", 10, "2026-11-29T17:00:00+01:00")]
    [InlineData("2026-11-28T23:00:00+01:00", 10, "2026-11-29T18:00:00+01:00")]
    // Thirteen hours a day
    [InlineData("2026-11-28T20:00:00+01:00", 30, "2026-12-01T11:00:00+01:00")]
    public void The_night_is_not_counted(string time, int hours, string expected) => Assert.Equal(
        Time(expected),
        QuietTimes.After(Time(time), TimeSpan.FromHours(hours), [TimeZoneInfo.FindSystemTimeZoneById("Africa/Lagos")], Night));

    [Fact]
    public void As_much_time_outside_the_night_goes_by_as_was_asked_for() => Gen.Select(Times, Zones, Hours, Gen.Int[1, 48 * 60]).Sample(
        (time, zone, hours, minutes) =>
        {
            var end = QuietTimes.After(time, TimeSpan.FromMinutes(minutes), [zone], hours);
            var awake = Enumerable.Range(0, (int)(end - time).TotalMinutes).Count(minute => !hours.Contain(time.AddMinutes(minute), zone));
            // Counted by whole minutes, whatever the seconds of the beginning, and once more at each night's ends
            return Math.Abs(awake - minutes) <= 40 && !hours.Contain(end.AddSeconds(-1), zone);
        },
        iter: 300);

    [Fact]
    public void Without_a_zone_it_goes_at_once() => Assert.Equal(Time("2026-11-29T03:00:00Z"), Next("2026-11-29T03:00:00Z", Night));

    [Fact]
    public void It_is_never_quiet_never_earlier_and_never_more_than_a_day_later() => Gen.Select(Times, Zones, Hours).Sample((time, zone, hours) =>
    {
        var next = QuietTimes.Next(time, [zone], hours);
        return !hours.Contain(next, zone) && next >= time && next <= time.AddDays(1);
    }, iter: 20_000);

    [Fact]
    public void It_is_the_earliest_minute_that_is_not_quiet() => Gen.Select(Times, Zones.Array[1, 3], Hours).Sample((time, zones, hours) =>
    {
        var next = QuietTimes.Next(time, zones, hours);
        int Sleeping(DateTimeOffset at) => zones.Count(zone => hours.Contain(at, zone));
        var first = Enumerable.Range(0, 24 * 60 + 1)
            .Select(minute => minute == 0 ? time : new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(minute))
            .Where(at => at <= time.AddDays(1))
            .MinBy(Sleeping);
        return next == first;
    }, iter: 300);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Next(string time, DailyHours hours, params string[] zones) =>
        QuietTimes.Next(Time(time), [.. zones.Select(TimeZoneInfo.FindSystemTimeZoneById)], hours);
}
