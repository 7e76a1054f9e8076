using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.Http;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.Resilience;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

internal static class LookupExtensions
{
    /// <summary>Adds <see cref="LineLookups"/>, on an <see cref="HttpClient"/> of their own.</summary>
    public static IHostApplicationBuilder AddLookups(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<LookupOptions>, ValidateLookupOptions>();
        builder.Services.AddOptions<LookupOptions>().BindConfiguration(LookupOptions.SectionName).ValidateOnStart();
        builder.Services.Configure<HttpClientTraceInstrumentationOptions>(options => options.EnrichWithHttpRequestMessage += HideNumber);
        builder.Services.AddSingleton<LookupStore>();
        builder.Services.AddSingleton<LookupMetrics>();
        builder.Services.AddTransient<LineLookups>();
        builder.Services
            .AddHttpClient<TwilioLookup>((services, http) =>
            {
                // The slash keeps a path in the base address, such as a proxy's
                http.BaseAddress = new Uri(services.GetRequiredService<IOptions<LookupOptions>>().Value.BaseUrl.TrimEnd('/') + "/");
                // The resilience handler below ends a call
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false })
            .ConfigureResilience((options, services) =>
            {
                var timeout = services.GetRequiredService<IOptions<LookupOptions>>().Value.Timeout;
                options.AttemptTimeout.Timeout = timeout;
                options.TotalRequestTimeout.Timeout = timeout * 2;
                // Somebody waits for the answer: once more, soon, and no longer
                options.Retry.MaxRetryAttempts = 1;
                options.Retry.Delay = TimeSpan.FromMilliseconds(200);
            });
        return builder;
    }

    /// <summary>Twilio takes the number in the path, which goes into traces as it is; of queries, .NET hides the values itself.</summary>
    private static void HideNumber(Activity activity, HttpRequestMessage request)
    {
        if (request.RequestUri is { IsAbsoluteUri: true } url && url.AbsolutePath.IndexOf(TwilioLookup.Path, StringComparison.Ordinal) is >= 0 and var at)
        {
            var end = at + TwilioLookup.Path.Length;
            var number = Uri.UnescapeDataString(url.AbsolutePath[end..]);
            activity.SetTag("url.full", $"{url.GetLeftPart(UriPartial.Authority)}{url.AbsolutePath[..end]}{MaskedNumber.Of(number)}?*");
        }
    }
}
