namespace ProdReady.Webhooks.Receiving;

internal static class ReceivingExtensions
{
    /// <summary>Adds what takes a request from its bytes to the commit.</summary>
    public static IHostApplicationBuilder AddReceiving(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WebhooksMetrics>();
        builder.Services.AddSingleton<BodyBudget>();
        builder.Services.AddSingleton<EventAssembly>();
        builder.Services.AddSingleton<WebhookReceiver>();
        return builder;
    }
}
