using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>
/// A time as it is to be shown: <c>"2026-11-28T14:30:00+01:00"</c>, or one to be shown in a time zone,
/// <c>{"at": "2026-11-28T13:30:00Z", "zone": "Africa/Lagos"}</c>.
/// </summary>
internal sealed record DateTimePlaceholder : Placeholder
{
    private const string Form =
        "This must be a time with its offset from UTC, such as \"2026-11-28T14:30:00+01:00\", or with the time zone to show it in: "
        + "{\"at\": \"2026-11-28T13:30:00Z\", \"zone\": \"Africa/Lagos\"}.";

    [JsonIgnore]
    public override bool TakesPattern => true;

    [JsonIgnore]
    public override IEnumerable<object> Extremes =>
        from month in Enumerable.Range(1, 12)
        from day in Enumerable.Range(20, 7)
        from hour in (int[])[10, 22]
        select (object)new DateTimeOffset(2026, month, day, hour, 58, 58, TimeSpan.FromMinutes(-570));

    public override object? Read(JsonElement value, out string? problem)
    {
        problem = null;
        if (value.ValueKind == JsonValueKind.String && Rfc3339.TryParse(value.GetString(), out var time))
        {
            return time;
        }

        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 2
            || !value.TryGetProperty("at", out var at) || at.ValueKind != JsonValueKind.String || !Rfc3339.TryParse(at.GetString(), out time)
            || !value.TryGetProperty("zone", out var zone) || zone.ValueKind != JsonValueKind.String)
        {
            problem = Form;
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone.GetString()!, out var found))
        {
            return TimeZoneInfo.ConvertTime(time, found);
        }

        problem = "There is no such time zone. Example: Africa/Lagos";
        return null;
    }

    public override string Write(object value, TextFormat format)
    {
        var dates = format.Culture.DateTimeFormat;
        return TextFormat.PlainSpaces(((DateTimeOffset)value).ToString(
            format.Pattern ?? $"{dates.ShortDatePattern} {dates.ShortTimePattern}", format.Culture));
    }
}
