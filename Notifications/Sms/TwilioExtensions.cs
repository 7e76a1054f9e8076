using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Resilience;

namespace ProdReady.Notifications.Sms;

/// <summary>Wires Twilio up.</summary>
internal static class TwilioExtensions
{
    /// <summary>Adds <see cref="TwilioClients"/>, with an <see cref="HttpClient"/> for each account.</summary>
    public static IHostApplicationBuilder AddTwilio(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<TwilioOptions>, ValidateTwilioOptions>();
        builder.Services.AddOptions<TwilioOptions>().BindConfiguration(TwilioOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<TwilioMetrics>();
        builder.Services.AddSingleton<TwilioClients>();
        builder.AddTwilioClient(TwilioAccount.Primary);
        // Of its own, so that one account's failures do not open the other's circuit
        builder.AddTwilioClient(TwilioAccount.Fallback);
        return builder;
    }

    private static void AddTwilioClient(this IHostApplicationBuilder builder, string name) => builder.Services
        // The resilience handler below ends a call
        .AddHttpClient(name, http =>
        {
            http.Timeout = Timeout.InfiniteTimeSpan;
            // A page of 1,000 of the longest messages has about 11 MB
            http.MaxResponseContentBufferSize = 16 * 1024 * 1024;
        })
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // A provider keeps its client for the life of the process: connections must follow DNS by themselves
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // Following would repeat a POST, or make a GET of it
            AllowAutoRedirect = false,
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .ConfigureResilience((options, services) =>
        {
            var timeout = services.GetRequiredService<IOptions<TwilioOptions>>().Value.Timeout;
            options.AttemptTimeout.Timeout = timeout;
            // A create is one attempt; a fetch may try twice
            options.TotalRequestTimeout.Timeout = timeout * 2;
        });
}

/// <summary>Makes the client of an account.</summary>
internal sealed class TwilioClients(IHttpClientFactory factory, TwilioMetrics metrics, TimeProvider time)
{
    /// <summary>A client for <paramref name="account"/>, to be kept.</summary>
    public ITwilioMessages For(TwilioAccount account)
    {
        var http = factory.CreateClient(account.Name);
        http.BaseAddress = account.BaseUrl;
        return new MeasuredTwilioMessages(new TwilioMessages(http, account, time), account.Name, metrics);
    }
}
