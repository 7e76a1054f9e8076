using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Sending;

/// <summary>Wires the send pipeline up.</summary>
internal static class SendingExtensions
{
    public static IHostApplicationBuilder AddSending(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<SendingOptions>, ValidateSendingOptions>();
        builder.Services.AddOptions<SendingOptions>().BindConfiguration(SendingOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<NotificationMetrics>();
        builder.Services.AddSingleton<SendSignal>();
        builder.Services.AddSingleton<MessageSender>();
        builder.Services.AddHostedService<SendWorker>();
        builder.Services.AddHostedService<LeaseWorker>();
        return builder;
    }
}
