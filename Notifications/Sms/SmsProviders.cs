using Microsoft.Extensions.Options;
using ProdReady.Notifications.Callbacks;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Wires the providers up.</summary>
internal static partial class SmsProviders
{
    /// <summary>What to set, for messages that ask for it.</summary>
    public const string RequiredSettings = $"{TwilioOptions.RequiredSettings}, or SMS_PROVIDER=Log for development";

    /// <summary>
    /// Adds the providers as <c>IReadOnlyList&lt;ISmsProvider&gt;</c>, in the order of preference. It is empty where none is
    /// set.
    /// </summary>
    public static IHostApplicationBuilder AddSmsProviders(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<SmsOptions>, ValidateSmsOptions>();
        builder.Services.AddOptions<SmsOptions>().BindConfiguration(SmsOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<CallbackOptions>, ValidateCallbackOptions>();
        builder.Services.AddOptions<CallbackOptions>().BindConfiguration(CallbackOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<CallbackAddress>();
        builder.AddTwilio();
        builder.Services.AddSingleton(services => TwilioAccount.Of(services.GetRequiredService<IOptions<TwilioOptions>>().Value));
        builder.Services.AddSingleton(Create);
        builder.Services.AddHostedService<ProviderReport>();
        return builder;
    }

    private static IReadOnlyList<ISmsProvider> Create(IServiceProvider services)
    {
        var chosen = services.GetRequiredService<IOptions<SmsOptions>>().Value.Provider;
        if (string.Equals(chosen, SmsOptions.Log, StringComparison.OrdinalIgnoreCase))
        {
            return [ActivatorUtilities.CreateInstance<LogSmsProvider>(services)];
        }

        var clients = services.GetRequiredService<TwilioClients>();
        var callbacks = services.GetRequiredService<CallbackAddress>();
        return
        [
            .. services.GetRequiredService<IReadOnlyList<TwilioAccount>>()
                .Select(account => new TwilioSmsProvider(account, clients.For(account), callbacks)),
        ];
    }

    /// <summary>Says once at start what is not set, so that nobody wonders later.</summary>
    private sealed partial class ProviderReport(
        IReadOnlyList<ISmsProvider> providers, CallbackAddress callbacks, ILogger<TwilioSmsProvider> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (providers.Count == 0)
            {
                Log.NoProvider(logger, RequiredSettings);
            }
            else if (providers is [LogSmsProvider])
            {
                Log.NothingIsSent(logger);
            }
            else if (!callbacks.IsKnown)
            {
                Log.NoCallbacks(logger);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private static partial class Log
        {
            [LoggerMessage(LogLevel.Warning, "No provider is set: messages cannot be sent. Set {Settings}")]
            public static partial void NoProvider(ILogger logger, string settings);

            [LoggerMessage(LogLevel.Warning, "SMS_PROVIDER is Log: no message is sent, the log says what would have been")]
            public static partial void NothingIsSent(ILogger logger);

            [LoggerMessage(LogLevel.Warning,
                "PUBLIC_URL is not set: Twilio is asked for no callbacks, and delivery is found out by polling, later")]
            public static partial void NoCallbacks(ILogger logger);
        }
    }
}
