using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>One line a request, in place of the framework's several.</summary>
internal static class RequestLogExtensions
{
    public static void AddRequestLog(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConfigureRequestLoggingOptions>();
        builder.Services.AddSingleton<IConfigureOptions<RequestLoggingOptions>>(
            services => services.GetRequiredService<ConfigureRequestLoggingOptions>());
        builder.Services.AddSingleton<IValidateOptions<RequestLoggingOptions>>(
            services => services.GetRequiredService<ConfigureRequestLoggingOptions>());
        builder.Services.AddOptions<RequestLoggingOptions>().ValidateOnStart();
        builder.Services.AddHostedService<MalformedRequests>();
    }

    /// <summary>Where it is switched off, it takes no part in a request at all.</summary>
    public static void UseRequestLog(this WebApplication app) => app.Use(next =>
        app.Services.GetRequiredService<IOptions<RequestLoggingOptions>>().Value.Enabled
            ? new RequestLogMiddleware(
                next,
                app.Services.GetRequiredService<ILogger<RequestLogMiddleware>>(),
                app.Services.GetRequiredService<TimeProvider>()).InvokeAsync
            : next);
}
