using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.QuietHours;

internal static class QuietHoursExtensions
{
    /// <summary>Adds the <see cref="QuietHoursPolicy"/>.</summary>
    public static IHostApplicationBuilder AddQuietHours(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<QuietHoursOptions>, ValidateQuietHoursOptions>();
        builder.Services.AddOptions<QuietHoursOptions>().BindConfiguration(QuietHoursOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<QuietHoursPolicy>();
        return builder;
    }
}
