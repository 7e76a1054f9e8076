using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Sources;

internal static class SourcesExtensions
{
    /// <summary>Adds the configured sources; a wrong one stops the start.</summary>
    public static IHostApplicationBuilder AddSources(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<WebhooksOptions>, ValidateWebhooksOptions>();
        builder.Services.AddOptions<WebhooksOptions>().BindConfiguration(WebhooksOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<SourceCatalog>();
        builder.Services.AddSingleton<SourceUses>();
        builder.Services.AddSingleton<SourceUseStore>();
        builder.Services.AddHostedService<SourceUseWorker>();
        builder.Services.AddHostedService<SourceReport>();
        return builder;
    }
}
