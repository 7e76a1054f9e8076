using System.Globalization;
using Microsoft.Extensions.Options;
using PhoneNumbers;

namespace ProdReady.Notifications.Pricing;

/// <summary>Countries that exist, and prices that may be.</summary>
internal sealed class ValidatePriceOptions : IValidateOptions<PriceOptions>
{
    private static readonly HashSet<string> Countries =
        new(PhoneNumberUtil.GetInstance().GetSupportedRegions(), StringComparer.OrdinalIgnoreCase);

    public ValidateOptionsResult Validate(string? name, PriceOptions options)
    {
        var failures = new List<string>();
        foreach (var (country, price) in options.Prices.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!Countries.Contains(country) && !country.Equals(PriceOptions.Default, StringComparison.OrdinalIgnoreCase))
            {
                failures.Add(
                    $"Sms:Prices:{country} is for no country: use an ISO 3166-1 code of two letters, or default. Example: Sms:Prices:NG");
            }

            if (!TryRead(price, out _))
            {
                failures.Add(
                    $"Sms:Prices:{country} is '{price}', not a price in USD a segment, 0 to {PriceOptions.Highest}. Example: 0.0075");
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    internal static bool TryRead(string? text, out decimal price) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out price)
        && price <= PriceOptions.Highest;
}
