using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Verifications.Checking;
using ProdReady.Notifications.Verifications.Hosted;
using ProdReady.Notifications.Verifications.Limits;
using ProdReady.Notifications.Verifications.Sending;
using ProdReady.Notifications.Verifications.Texts;

namespace ProdReady.Notifications.Verifications;

internal static class VerificationExtensions
{
    /// <summary>Adds verification codes and the encryption of messages that hold them. After the messages and prices, which it builds on.</summary>
    public static IHostApplicationBuilder AddVerifications(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<VerificationOptions>, ValidateVerificationOptions>();
        builder.Services.AddOptions<VerificationOptions>().BindConfiguration(VerificationOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<MessageCipher>();
        builder.Services.AddSingleton<CodeContent>();
        builder.AddTwilioVerify();
        builder.Services.AddSingleton<VerificationMetrics>();
        builder.Services.AddSingleton<VerificationStore>();
        builder.Services.AddSingleton<BlockStore>();
        builder.Services.AddSingleton<CodeHasher>();
        builder.Services.AddSingleton<CodeTexts>();
        builder.Services.AddSingleton<ICodeSender>(services =>
            services.GetRequiredService<IOptions<VerificationOptions>>().Value.Provider == VerificationProvider.TwilioVerify
                ? ActivatorUtilities.CreateInstance<HostedCodeSender>(services)
                : ActivatorUtilities.CreateInstance<SmsCodeSender>(services));
        builder.Services.AddSingleton<SendGate>();
        builder.Services.AddSingleton<VerificationSends>();
        builder.Services.AddSingleton<CodeChecks>();
        builder.Services.AddSingleton<VerificationWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<VerificationWorker>());
        return builder;
    }
}
