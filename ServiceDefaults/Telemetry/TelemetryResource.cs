using System.Reflection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Resources;

namespace ProdReady.ServiceDefaults.Telemetry;

/// <summary>Who sends the telemetry: service, version, instance and environment.</summary>
internal static class TelemetryResource
{
    public static ResourceBuilder AddService(this ResourceBuilder resource, IHostEnvironment environment) => resource
        // The instance's id is a new random one per process, as the conventions ask for
        .AddService(environment.ApplicationName.ToLowerInvariant(), serviceVersion: Version(environment.ApplicationName))
        .AddAttributes([new("deployment.environment.name", environment.EnvironmentName)])
        // Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the defaults above
        .AddEnvironmentVariableDetector();

    private static string? Version(string applicationName)
    {
        // Not simply the entry assembly: under a test host that is the test program
        var assembly = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(candidate => candidate.GetName().Name == applicationName) ?? Assembly.GetEntryAssembly();
        return assembly?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
    }
}
