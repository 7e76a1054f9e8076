namespace ProdReady.Notifications.Pricing;

/// <summary>What a segment costs, for estimates before a message is sent. The provider's own price comes later, with its report.</summary>
public sealed class PriceOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Sms";

    /// <summary>The key of the price where a country has none of its own.</summary>
    internal const string Default = "default";

    /// <summary>The highest that is believed, in USD a segment: ten times the dearest country's.</summary>
    internal const decimal Highest = 10;

    /// <summary>
    /// USD a segment, 0 to 10, by ISO 3166-1 alpha-2 code of the country, and <c>default</c> for the others (<c>Sms:Prices:NG</c>).
    /// </summary>
    /// <remarks>Text, so that one that is no number is reported with the others.</remarks>
    public Dictionary<string, string?> Prices { get; } = new(StringComparer.OrdinalIgnoreCase);
}
