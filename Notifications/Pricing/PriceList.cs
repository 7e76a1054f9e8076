using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Pricing;

/// <summary>What messages will cost, by the operator's own list.</summary>
internal sealed class PriceList(IOptions<PriceOptions> options)
{
    /// <summary>The currency of all estimates, ISO 4217.</summary>
    public const string Currency = "USD";

    private readonly FrozenDictionary<string, decimal> _prices = options.Value.Prices.ToFrozenDictionary(
        pair => pair.Key,
        pair => ValidatePriceOptions.TryRead(pair.Value, out var price) ? price : 0,
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The price of a message.</summary>
    /// <param name="country">Where it goes, by ISO 3166-1 alpha-2 code.</param>
    /// <param name="segments">How many segments it has.</param>
    /// <returns>In <see cref="Currency"/>; <see langword="null"/> where the list has neither the country nor a default.</returns>
    public decimal? Estimate(string country, int segments) =>
        _prices.TryGetValue(country, out var price) || _prices.TryGetValue(PriceOptions.Default, out price) ? price * segments : null;
}
