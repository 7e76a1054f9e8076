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

    /// <summary>
    /// When to send a message that is to be sent at <paramref name="time"/>: never earlier, and at most a day later. A number whose time
    /// zone nobody knows gets it at once.
    /// </summary>
    /// <param name="to">The recipient.</param>
    /// <param name="kind">Bulk always waits, codes never do.</param>
    /// <param name="mayWait">Whether the message's template allows it.</param>
    /// <param name="time">When it would be sent otherwise.</param>
    public DateTimeOffset Next(PhoneNumberFacts to, MessageKind kind, bool mayWait, DateTimeOffset time) =>
        _hours is { } hours && kind != MessageKind.Code && (mayWait || kind == MessageKind.Bulk)
            ? QuietTimes.Next(time, [.. to.TimeZones.Select(Zone).OfType<TimeZoneInfo>()], hours)
            : time;

    /// <summary>A zone that is newer than the machine's data is left out.</summary>
    private TimeZoneInfo? Zone(string id) =>
        _zones.GetOrAdd(id, static id => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null);

    private static DailyHours? Read(QuietHoursOptions options) =>
        options.Enabled && QuietHoursOptions.TryRead(options.From, out var from) && QuietHoursOptions.TryRead(options.To, out var to)
            ? new(from, to)
            : null;
}
