using ProdReady.Notifications.Pricing;

namespace ProdReady.Notifications.Tests.Pricing;

public sealed class PriceListTests
{
    [Theory]
    [InlineData("NG", 3, 0.15)]
    [InlineData("US", 2, 0.0158)]
    [InlineData("FR", 1, 0.08)]
    public void A_message_costs_its_segments(string country, int segments, double expected) =>
        Assert.Equal((decimal)expected, List(("ng", "0.05"), ("US", "0.0079"), ("default", "0.08")).Estimate(country, segments));

    [Fact]
    public void Without_a_price_there_is_no_estimate() => Assert.Null(List(("US", "0.0079")).Estimate("NG", 1));

    [Fact]
    public void Every_wrong_price_is_reported() => Assert.Equal(
        [
            "Sms:Prices:FR is '', not a price in USD a segment, 0 to 10. Example: 0.0075",
            "Sms:Prices:NG is '0,05', not a price in USD a segment, 0 to 10. Example: 0.0075",
            "Sms:Prices:US is '-1', not a price in USD a segment, 0 to 10. Example: 0.0075",
            "Sms:Prices:Utopia is for no country: use an ISO 3166-1 code of two letters, or default. Example: Sms:Prices:NG",
            "Sms:Prices:default is '11', not a price in USD a segment, 0 to 10. Example: 0.0075",
        ],
        new ValidatePriceOptions().Validate(
            null, Options(("US", "-1"), ("NG", "0,05"), ("FR", ""), ("Utopia", "1"), ("default", "11"))).Failures ?? []);

    [Fact]
    public void No_prices_are_valid() => Assert.True(new ValidatePriceOptions().Validate(null, Options()).Succeeded);

    private static PriceList List(params (string Country, string? Price)[] prices) => new(Microsoft.Extensions.Options.Options.Create(Options(prices)));

    private static PriceOptions Options(params (string Country, string? Price)[] prices)
    {
        var options = new PriceOptions();
        foreach (var (country, price) in prices)
        {
            options.Prices[country] = price;
        }

        return options;
    }
}
