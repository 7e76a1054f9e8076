using System.Collections.Frozen;
using System.Globalization;
using ProdReady.Notifications.Segments;

namespace ProdReady.Notifications.Templates.Placeholders;

/// <summary>The currencies of ISO 4217, with how many decimals they have.</summary>
/// <remarks>A table of our own, since that of ICU depends on the machine, and .NET knows decimals by region only.</remarks>
internal static class Currencies
{
    private static readonly FrozenDictionary<string, int> Decimals = new[]
    {
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (2, "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK "
            + "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
            + "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON "
            + "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD "
            + "XCG YER ZAR ZMW ZWG"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
    }.SelectMany(group => group.Item2.Split(' ').Select(code => KeyValuePair.Create(code, group.Item1))).ToFrozenDictionary();

    /// <summary>All codes.</summary>
    public static IEnumerable<string> Codes => Decimals.Keys;

    /// <summary>How many decimals a currency has.</summary>
    public static bool TryFind(string code, out int decimals) => Decimals.TryGetValue(code, out decimals);

    /// <summary>
    /// What a currency is called in a text: its sign where that is the text's own country's, the euro's or the pound's, and no more
    /// expensive than letters; else its code, which no reader takes for another dollar's or pound's.
    /// </summary>
    public static string Sign(string code, TextFormat format)
    {
        var sign = code switch
        {
            "EUR" => "€",
            "GBP" => "£",
            _ when Region(format.Culture) is { } region && region.ISOCurrencySymbol == code => region.CurrencySymbol,
            _ => code,
        };
        return !format.IsGsm || GsmAlphabet.Covers(sign) ? sign : code;
    }

    private static RegionInfo? Region(CultureInfo culture) =>
        CultureInfo.CreateSpecificCulture(culture.Name) is { IsNeutralCulture: false, Name.Length: > 0 } specific
            ? new RegionInfo(specific.Name)
            : null;
}
