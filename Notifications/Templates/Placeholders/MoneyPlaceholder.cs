using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>An amount with its currency: <c>{"amount": 1250.50, "currency": "NGN"}</c>.</summary>
internal sealed record MoneyPlaceholder : Placeholder
{
    private const string Form = "This must be an amount with its currency: {\"amount\": \"1250.50\", \"currency\": \"NGN\"}.";

    /// <summary>The least amount, in any currency.</summary>
    public decimal Min { get; init; }

    /// <summary>The highest amount, in any currency.</summary>
    public decimal Max { get; init; } = 999_999_999;

    [JsonIgnore]
    public override string? Problem => Min > Max ? string.Create(CultureInfo.InvariantCulture, $"min is {Min}, above max, which is {Max}") : null;

    [JsonIgnore]
    public override IEnumerable<object> Extremes =>
        Currencies.Codes.SelectMany(code => new object[] { new Money(Min, code), new Money(Max, code) });

    public override object? Read(JsonElement value, out string? problem)
    {
        problem = null;
        if (!TryReadParts(value, out var amount, out var currency))
        {
            problem = Form;
        }
        else if (!Currencies.TryFind(currency, out var decimals))
        {
            problem = $"There is no currency '{(currency.Length <= 3 ? currency : "...")}' in ISO 4217.";
        }
        else if (decimal.Round(amount, decimals) != amount)
        {
            problem = $"{currency} has {decimals} decimals.";
        }
        else if (amount < Min || amount > Max)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"The amount must be {Min} to {Max}.");
        }

        return problem is null ? new Money(amount, currency) : null;
    }

    public override string Write(object value, TextFormat format)
    {
        var (amount, code) = (Money)value;
        var numbers = (NumberFormatInfo)format.Culture.NumberFormat.Clone();
        numbers.CurrencySymbol = Currencies.Sign(code, format);
        numbers.CurrencyDecimalDigits = Currencies.TryFind(code, out var decimals) ? decimals : 0;
        if (numbers.CurrencySymbol.Length > 1 && numbers.CurrencyPositivePattern is 0 or 1)
        {
            // The same place, and a space between letters and digits, as CLDR has it
            numbers.CurrencyPositivePattern += 2;
        }

        return (amount < 0 ? "-" : "") + TextFormat.PlainSpaces(Math.Abs(amount).ToString("C", numbers));
    }

    /// <summary>The amount may be text, as JSON's numbers are binary fractions in many a library. A further member is not passed over.</summary>
    private static bool TryReadParts(JsonElement value, out decimal amount, out string currency)
    {
        (amount, currency) = (0, "");
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 2
            || !value.TryGetProperty("amount", out var number) || !value.TryGetProperty("currency", out var code)
            || code.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        currency = code.GetString()!;
        var text = number.ValueKind switch
        {
            JsonValueKind.Number => number.GetRawText(),
            JsonValueKind.String => number.GetString(),
            _ => null,
        };
        return decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount);
    }

    private sealed record Money(decimal Amount, string Currency);
}
