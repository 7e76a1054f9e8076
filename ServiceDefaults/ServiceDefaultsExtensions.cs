using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Errors;
using ProdReady.ServiceDefaults.ErrorTracking;
using ProdReady.ServiceDefaults.Health;
using ProdReady.ServiceDefaults.Logging;
using ProdReady.ServiceDefaults.OpenApi;
using ProdReady.ServiceDefaults.Resilience;
using ProdReady.ServiceDefaults.Telemetry;

namespace ProdReady.ServiceDefaults;

/// <summary>What every service gets, in three calls of its Program.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Requests under way, and then a queue's <c>StopGrace</c> of 3 s with its last commit.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Adds configuration by environment names, logging, telemetry, health checks, problem details, API keys, an OpenAPI document, and
    /// resilience, service discovery and correlation on every <see cref="HttpClient"/>.
    /// </summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddEnvironmentNames();
        builder.WebHost.ConfigureKestrel(options => options.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddConsoleLog();
        builder.AddRequestLog();
        builder.AddTelemetry();
        builder.AddProblemDetailsDefaults();
        builder.AddErrorTracking();
        builder.AddApiKeys();
        builder.AddOpenApiDocument();
        builder.Services.AddHealthChecks();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddTransient<CorrelationHandler>();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddHttpMessageHandler<CorrelationHandler>());
        builder.AddResilience();
        return builder;
    }

    /// <summary>
    /// Adds the middleware that every request passes first: correlation, the request's log line, then problem details for
    /// exceptions and for bare status codes, so that nothing a service answers by itself lacks any of them.
    /// </summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        // Authorization authenticates by the scheme that RequireScope names. WebApplication would put authentication ahead of
        // everything, where it makes a handler and a scope for every request, whether or not its endpoint asks who calls.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseMiddleware<CorrelationMiddleware>();
        app.UseRequestLog();
        app.UseExceptionHandler();
        app.UseMiddleware<StatusProblemMiddleware>();
        return app;
    }

    /// <summary>Maps <c>/health/live</c>, <c>/health/ready</c> and Aspire's names for them, and <c>/openapi/v1.json</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealth();
        app.MapOpenApiDocument();
        return app;
    }
}
