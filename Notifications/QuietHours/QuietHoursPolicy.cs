using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;

namespace ProdReady.Notifications.QuietHours;

/// <summary>Which messages wait for the end of quiet hours, and until when.</summary>
internal sealed class QuietHoursPolicy(IOptions<QuietHoursOptions> options)
{
    private readonly DailyHours? _hours = Read(options.Value);
    private readonly ConcurrentDictionary<string, TimeZoneInfo?> _zones = new();

    /// <summary>The time zones whose quiet hours a message waits for: none for one that does not wait, or where nobody knows them.</summary>
    /// <param name="to">The recipient.</param>
    /// <param name="kind">Bulk always waits, codes never do.</param>
    /// <param name="mayWait">Whether the message's template allows it.</param>
    public static IReadOnlyList<string> ZonesOf(PhoneNumberFacts to, MessageKind kind, bool mayWait) =>
        kind != MessageKind.Code && (mayWait || kind == MessageKind.Bulk) ? to.TimeZones : [];

    /// <summary>When to send a message that is to be sent at <paramref name="time"/>: never earlier, and at most a day later.</summary>
    /// <param name="zones">Its <see cref="ZonesOf"/>.</param>
    /// <param name="time">When it would be sent otherwise.</param>
    public DateTimeOffset Next(IReadOnlyList<string> zones, DateTimeOffset time) =>
        _hours is { } hours && zones.Count > 0 ? QuietTimes.Next(time, Read(zones), hours) : time;

    /// <summary>When a message that may go from <paramref name="from"/> on has waited for long enough; quiet hours do not count.</summary>
    /// <param name="zones">Its <see cref="ZonesOf"/>.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="patience">How long it may wait.</param>
    public DateTimeOffset End(IReadOnlyList<string> zones, DateTimeOffset from, TimeSpan patience) =>
        _hours is { } hours && zones.Count > 0 ? QuietTimes.After(from, patience, Read(zones), hours) : from + patience;

    private IReadOnlyList<TimeZoneInfo> Read(IReadOnlyList<string> zones) => [.. zones.Select(Zone).OfType<TimeZoneInfo>()];

    /// <summary>A zone that is newer than the machine's data is left out.</summary>
    private TimeZoneInfo? Zone(string id) =>
        _zones.GetOrAdd(id, static id => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null);

    private static DailyHours? Read(QuietHoursOptions options) =>
        options.Enabled && QuietHoursOptions.TryRead(options.From, out var from) && QuietHoursOptions.TryRead(options.To, out var to)
            ? new(from, to)
            : null;
}
