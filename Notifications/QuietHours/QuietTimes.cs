namespace ProdReady.Notifications.QuietHours;

/// <summary>When a message may go to somebody who is in one of some time zones.</summary>
internal static class QuietTimes
{
    /// <summary>Offsets from UTC, and the times at which they change, are whole quarters of an hour everywhere.</summary>
    private const int Quarter = 15;

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>
    /// The earliest time, from <paramref name="time"/> on and within a day, at which it is nowhere in quiet hours. If there is none, as
    /// with zones all around the world, the earliest at which it is in the fewest of them.
    /// </summary>
    /// <remarks>
    /// Every candidate is judged by the clocks on the wall then, so that nothing is computed from local time: hours that a change of clocks
    /// leaves out or repeats are no special case.
    /// </remarks>
    /// <param name="time">When it would be sent otherwise.</param>
    /// <param name="zones">Where the recipient may be; none, if nobody knows, lets it go at once.</param>
    /// <param name="hours">The quiet hours.</param>
    public static DateTimeOffset Next(DateTimeOffset time, IReadOnlyList<TimeZoneInfo> zones, DailyHours hours)
    {
        var (best, fewest) = (time, zones.Count(zone => hours.Contain(time, zone)));
        if (fewest == 0)
        {
            return time;
        }

        foreach (var candidate in Candidates(time, hours.To))
        {
            var count = zones.Count(zone => hours.Contain(candidate, zone));
            if (count < fewest)
            {
                (best, fewest) = (candidate, count);
                if (count == 0)
                {
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>The time by which as much time as <paramref name="length"/> has gone by outside quiet hours.</summary>
    /// <param name="time">From when on.</param>
    /// <param name="length">How much.</param>
    /// <param name="zones">Where the recipient may be.</param>
    /// <param name="hours">The quiet hours.</param>
    public static DateTimeOffset After(DateTimeOffset time, TimeSpan length, IReadOnlyList<TimeZoneInfo> zones, DailyHours hours)
    {
        while (true)
        {
            var quiet = Candidates(time, hours.From).Prepend(time)
                .Where(candidate => zones.Any(zone => hours.Contain(candidate, zone)))
                .Select(candidate => (DateTimeOffset?)candidate)
                .FirstOrDefault();
            var over = quiet is { } begin ? Next(begin, zones, hours) : time;
            // Where it is never quiet, or always somewhere, nothing is left out
            if (quiet is not { } from || over <= from || from - time >= length)
            {
                return time + length;
            }

            length -= from - time;
            time = over;
        }
    }

    /// <summary>
    /// All times at which quiet hours can begin or end anywhere, in their order: at a minute of the clock, or at a change of clocks.
    /// </summary>
    private static IEnumerable<DateTimeOffset> Candidates(DateTimeOffset time, TimeOnly minute)
    {
        var utc = time.UtcDateTime;
        var first = new DateTimeOffset(utc.Date.AddHours(utc.Hour).AddMinutes(utc.Minute / Quarter * Quarter), TimeSpan.Zero);
        var past = minute.Minute % Quarter;
        for (var quarter = first; quarter <= time + LongestWait; quarter = quarter.AddMinutes(Quarter))
        {
            if (quarter > time)
            {
                yield return quarter;
            }

            var between = quarter.AddMinutes(past);
            if (past > 0 && between > time && between <= time + LongestWait)
            {
                yield return between;
            }
        }
    }
}
