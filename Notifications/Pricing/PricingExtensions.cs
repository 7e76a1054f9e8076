using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Pricing;

internal static class PricingExtensions
{
    /// <summary>Adds the <see cref="PriceList"/>.</summary>
    public static IHostApplicationBuilder AddPricing(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<PriceOptions>, ValidatePriceOptions>();
        builder.Services.AddOptions<PriceOptions>().BindConfiguration(PriceOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<PriceList>();
        return builder;
    }
}
