using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Logs on standard output, JSON for machines or coloured lines for people; and no secrets wherever else logs go.</summary>
internal static class ConsoleLogExtensions
{
    /// <summary>Below everything that is configured: the framework's own lines only from warnings on.</summary>
    private static readonly Dictionary<string, string?> DefaultLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        // That keys are not kept and not encrypted, at every start in a container: authentication brings them, and nothing here is protected by them
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:Yarp"] = "Warning",
    };

    public static void AddConsoleLog(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = DefaultLevels });
        builder.Services.AddSingleton<IValidateOptions<ConsoleLogOptions>, ValidateConsoleLogOptions>();
        builder.Services.AddOptions<ConsoleLogOptions>().ValidateOnStart();
        builder.Logging.ClearProviders();
        // The line has the trace's ids in places of their own
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        // Ahead of any exporter, because that is added later
        builder.Services.ConfigureOpenTelemetryLoggerProvider(logging => logging.AddProcessor(
            services => new RedactionProcessor(services.GetRequiredService<LineLoggerProvider>())));
        builder.Services.TryAddSingleton(new LogOutput(Console.OpenStandardOutput()));
        builder.Services.AddSingleton(services => new LineLoggerProvider(
            Format(services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>()),
            services.GetRequiredService<LogOutput>().Stream,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IMeterFactory>()));
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LineLoggerProvider>());
    }

    private static ILineFormat Format(IConfiguration configuration, IHostEnvironment environment)
    {
        var format = ConsoleLogOptions.Read(configuration)
            ?? (environment.IsDevelopment() ? ConsoleLogFormat.Pretty : ConsoleLogFormat.Json);
        if (format == ConsoleLogFormat.Pretty)
        {
            // https://no-color.org: set to anything but an empty string
            return new PrettyLineFormat(
                colours: !Console.IsOutputRedirected && string.IsNullOrEmpty(configuration["NO_COLOR"]));
        }

        // As telemetry names the service
        return new JsonLineFormat(
            configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : environment.ApplicationName.ToLowerInvariant());
    }
}

/// <summary>Where log lines go: standard output, unless a test put another stream there first.</summary>
internal sealed record LogOutput(Stream Stream);
