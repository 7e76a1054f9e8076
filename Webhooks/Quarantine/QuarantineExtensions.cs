using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Quarantine;

internal static class QuarantineExtensions
{
    /// <summary>Adds what keeps refused requests, and admits them.</summary>
    public static IHostApplicationBuilder AddQuarantine(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<QuarantineOptions>, ValidateQuarantineOptions>();
        builder.Services.AddOptions<QuarantineOptions>().BindConfiguration(QuarantineOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<QuarantineIntake>();
        builder.Services.AddSingleton<QuarantineStore>();
        builder.Services.AddSingleton<QuarantineAdmission>();
        builder.Services.AddHostedService<QuarantineWorker>();
        return builder;
    }
}
