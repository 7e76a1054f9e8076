using PhoneNumbers;

namespace ProdReady.Notifications.PhoneNumbers;

/// <summary>The countries that have phone numbers.</summary>
internal static class CountryCodes
{
    private static readonly HashSet<string> Known = new(PhoneNumberUtil.GetInstance().GetSupportedRegions(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether <paramref name="country"/> is the ISO 3166-1 alpha-2 code of one.</summary>
    public static bool Has(string country) => Known.Contains(country);
}
