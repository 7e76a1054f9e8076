using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>A phone number, shown as <c>+2348*****67</c>.</summary>
internal sealed record PhoneNumberPlaceholder : Placeholder
{
    [JsonIgnore]
    public override IEnumerable<object> Extremes => ["+999999999999999"];

    public override object? Read(JsonElement value, out string? problem)
    {
        problem = "This must be a phone number with its country code. Example: +2348031234567";
        return value.ValueKind == JsonValueKind.String && PhoneNumberFacts.TryParse(value.GetString(), out var number, out problem)
            ? number.E164
            : null;
    }

    public override string Write(object value, TextFormat format) => MaskedNumber.Of((string)value);
}
