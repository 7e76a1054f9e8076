using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Retention;

internal static class RetentionExtensions
{
    /// <summary>Adds the making and dropping of partitions. After the migrations, which it builds on.</summary>
    public static IHostApplicationBuilder AddRetention(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<RetentionOptions>, ValidateRetentionOptions>();
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<RetentionStore>();
        builder.Services.AddSingleton<RetentionWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RetentionWorker>());
        return builder;
    }
}
