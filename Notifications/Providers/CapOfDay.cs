namespace ProdReady.Notifications.Providers;

/// <summary>When US carriers' caps of the day end: at midnight, Pacific time.</summary>
internal static class CapOfDay
{
    /// <summary>Clocks differ.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>So that not all that waited come in the same second.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromMinutes(5);

    /// <summary>Without time zones on the machine it is an hour late in summer.</summary>
    private static readonly TimeZoneInfo Pacific = TimeZoneInfo.TryFindSystemTimeZoneById("America/Los_Angeles", out var zone)
        ? zone
        : TimeZoneInfo.CreateCustomTimeZone("Pacific", TimeSpan.FromHours(-8), null, null);

    /// <summary>How long until then.</summary>
    /// <param name="now">The time.</param>
    /// <param name="jitter">0 to 1.</param>
    public static TimeSpan Left(DateTimeOffset now, double jitter)
    {
        // Clocks are put forward and back later in the night
        var midnight = TimeZoneInfo.ConvertTime(now, Pacific).Date.AddDays(1);
        return TimeZoneInfo.ConvertTimeToUtc(midnight, Pacific) - now.UtcDateTime + Margin + (Spread * jitter);
    }
}
