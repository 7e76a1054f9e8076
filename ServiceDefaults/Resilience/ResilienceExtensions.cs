using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Resilience;

/// <summary>What keeps one slow or failing dependency from taking its callers along.</summary>
public static class ResilienceExtensions
{
    /// <summary>Gives every <see cref="HttpClient"/> service discovery, timeouts, retries and a circuit breaker.</summary>
    internal static void AddResilience(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<ResilienceOptions>, ValidateResilienceOptions>();
        builder.Services.AddOptions<ResilienceOptions>().BindConfiguration(ResilienceOptions.SectionName).ValidateOnStart();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddServiceDiscovery();
            http.AddStandardResilienceHandler()
                .Configure((options, services) => Default(options, services.GetRequiredService<IOptions<ResilienceOptions>>().Value))
                // Else all clients of the process would share one circuit breaker: dotnet/extensions#5021
                .SelectPipelineByAuthority();
        });
    }

    /// <summary>
    /// Gives this client timeouts or retries of its own in place of the defaults. Retries of POST and PATCH stay off unless
    /// <paramref name="configure"/> calls <see cref="RetryUnsafeMethods"/>.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="configure">Changes the defaults; an attempt's timeout has to stay below the total one.</param>
    public static IHttpClientBuilder ConfigureResilience(
        this IHttpClientBuilder client, Action<HttpStandardResilienceOptions, IServiceProvider> configure)
    {
#pragma warning disable EXTEXP0001 // the documented way to replace the handler of ConfigureHttpClientDefaults
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddStandardResilienceHandler()
            .Configure((options, services) =>
            {
                Default(options, services.GetRequiredService<IOptions<ResilienceOptions>>().Value);
                configure(options, services);
                // The library refuses a breaker that watches for less than two attempts
                options.CircuitBreaker.SamplingDuration = Longest(
                    options.CircuitBreaker.SamplingDuration, options.AttemptTimeout.Timeout * 2);
            })
            .SelectPipelineByAuthority();
        return client;
    }

    /// <summary>
    /// Lets a client repeat its POSTs and PATCHes too. Only for a receiver that recognises a repeated request, such as by an
    /// <c>Idempotency-Key</c>.
    /// </summary>
    public static void RetryUnsafeMethods(this HttpStandardResilienceOptions options) =>
        options.Retry.ShouldHandle = new HttpRetryStrategyOptions().ShouldHandle;

    private static void Default(HttpStandardResilienceOptions options, ResilienceOptions settings)
    {
        options.AttemptTimeout.Timeout = settings.AttemptTimeout;
        options.TotalRequestTimeout.Timeout = settings.TotalTimeout;
        options.CircuitBreaker.SamplingDuration = Longest(options.CircuitBreaker.SamplingDuration, settings.AttemptTimeout * 2);
        // A POST that timed out may have been done: only the client that knows better may repeat it (RFC 9110, 9.2.2)
        options.Retry.DisableFor(HttpMethod.Post, HttpMethod.Patch, HttpMethod.Connect);
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
