using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Resilience;

namespace ProdReady.Notifications.Sms;

/// <summary>Wires Twilio up.</summary>
internal static class TwilioExtensions
{
    /// <summary>Adds <see cref="ITwilioMessages"/> on an <see cref="HttpClient"/> of its own.</summary>
    public static IHostApplicationBuilder AddTwilio(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<TwilioOptions>, ValidateTwilioValues>();
        builder.Services.AddSingleton<IValidateOptions<TwilioOptions>, ValidateTwilioOptions>();
        builder.Services.AddOptions<TwilioOptions>().BindConfiguration(TwilioOptions.SectionName).ValidateOnStart();

        var client = builder.Services
            .AddHttpClient<ITwilioMessages, TwilioMessages>((services, http) =>
            {
                var options = services.GetRequiredService<IOptions<TwilioOptions>>().Value;
                // The slash keeps a path in the base address, such as a proxy's
                http.BaseAddress = new Uri(options.BaseUrl.TrimEnd('/') + "/");
                // The resilience handler below ends a call
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // The sender keeps its client for the life of the process: connections must follow DNS by themselves
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                // Following would repeat a POST, or make a GET of it
                AllowAutoRedirect = false,
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

        client.ConfigureResilience((options, services) =>
        {
            var timeout = services.GetRequiredService<IOptions<TwilioOptions>>().Value.Timeout;
            options.AttemptTimeout.Timeout = timeout;
            // A create is one attempt; a fetch may try twice
            options.TotalRequestTimeout.Timeout = timeout * 2;
        });
        return builder;
    }
}
