using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

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

#pragma warning disable EXTEXP0001 // the documented way to replace the handler that ServiceDefaults puts on every client
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddStandardResilienceHandler().Configure((options, services) =>
            Configure(options, services.GetRequiredService<IOptions<TwilioOptions>>().Value.Timeout));
        return builder;
    }

    private static void Configure(HttpStandardResilienceOptions options, TimeSpan timeout)
    {
        options.Retry.DisableForUnsafeHttpMethods();
        options.AttemptTimeout.Timeout = timeout;
        // A create is one attempt; a fetch may try twice
        options.TotalRequestTimeout.Timeout = timeout * 2;
        options.CircuitBreaker.SamplingDuration = timeout * 2;
    }
}
