namespace ProdReady.Notifications.QuietHours;

/// <summary>The hours of the day in which phones should stay silent, by the clock on the wall. They may go over midnight.</summary>
/// <param name="From">Their first minute.</param>
/// <param name="To">The minute that they are over.</param>
internal readonly record struct DailyHours(TimeOnly From, TimeOnly To)
{
    /// <summary>How long they are on a day without a change of clocks.</summary>
    public TimeSpan Length => To - From;

    /// <summary>Whether they are at a place at a time.</summary>
    public bool Contain(DateTimeOffset time, TimeZoneInfo zone)
    {
        var clock = TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(time, zone).TimeOfDay);
        // Goes over midnight by itself, and does not hold its end
        return clock.IsBetween(From, To);
    }
}
