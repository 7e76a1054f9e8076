using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Resilience;

namespace ProdReady.Notifications.Verifications.Hosted;

internal static class HostedExtensions
{
    /// <summary>Adds Twilio's Verify; it is used only where <see cref="VerificationOptions.Provider"/> says so.</summary>
    public static IHostApplicationBuilder AddTwilioVerify(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<TwilioVerifyOptions>, ValidateTwilioVerifyOptions>();
        builder.Services.AddOptions<TwilioVerifyOptions>().BindConfiguration(TwilioVerifyOptions.SectionName).ValidateOnStart();
        builder.Services
            .AddHttpClient<VerifyClient>((services, http) =>
            {
                // The slash keeps a path in the base address, such as a proxy's
                http.BaseAddress = new Uri(services.GetRequiredService<IOptions<TwilioVerifyOptions>>().Value.BaseUrl.TrimEnd('/') + "/");
                // The resilience handler below ends a call
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // The client is kept for the life of the process: connections must follow DNS by themselves
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                // Following would repeat a POST, or make a GET of it
                AllowAutoRedirect = false,
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // POSTs, which all of its calls are, are not repeated
            .ConfigureResilience((options, services) =>
            {
                var timeout = services.GetRequiredService<IOptions<TwilioVerifyOptions>>().Value.Timeout;
                options.AttemptTimeout.Timeout = timeout;
                options.TotalRequestTimeout.Timeout = timeout * 2;
            });
        return builder;
    }
}
