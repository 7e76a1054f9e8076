using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>A day: <c>"2026-11-28"</c>.</summary>
internal sealed record DatePlaceholder : Placeholder
{
    [JsonIgnore]
    public override bool TakesPattern => true;

    /// <summary>Months differ in length and letters: <c>août</c> is not GSM's.</summary>
    [JsonIgnore]
    public override IEnumerable<object> Extremes =>
        from month in Enumerable.Range(1, 12) from day in Enumerable.Range(20, 7) select (object)new DateOnly(2026, month, day);

    public override object? Read(JsonElement value, out string? problem)
    {
        if (value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            problem = null;
            return date;
        }

        problem = "This must be a day. Example: 2026-11-28";
        return null;
    }

    public override string Write(object value, TextFormat format) =>
        TextFormat.PlainSpaces(((DateOnly)value).ToString(format.Pattern ?? "d", format.Culture));
}
