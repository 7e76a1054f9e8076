using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Standalone;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>What every service's resource has in common.</summary>
internal static class ServiceResourceExtensions
{
    private const string AdminKeyName = "PRODREADY_ADMIN_KEY";

    /// <summary>The key with every scope: that of <c>PRODREADY_ADMIN_KEY</c>, or one that is generated once and kept.</summary>
    public static IResourceBuilder<ParameterResource> AddAdminKey(this IDistributedApplicationBuilder builder) =>
        builder.ExecutionContext.IsRunMode && Setting(EnvironmentNames.All.Single(name => name.Name == AdminKeyName)) is { } key
            ? builder.AddParameter("admin-key", key, secret: true)
            : builder.AddParameter("admin-key", new GenerateParameterDefault { MinLength = 64, Special = false }, secret: true, persist: true);

    /// <summary>
    /// An http endpoint, readiness as its health, the admin key, and, when run from a shell, that shell's settings. Published
    /// output gets none of them: they are the developer's own.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithServiceDefaults(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ParameterResource> adminKey, int? port = null)
    {
        service.WithHttpEndpoint(port).WithHttpHealthCheck("/health/ready").WithEnvironment(AdminKeyName, adminKey);
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            foreach (var name in EnvironmentNames.All.Where(name => name.ConfigurationKey is not null && name.Name != AdminKeyName))
            {
                if (Setting(name) is { } value)
                {
                    service.WithEnvironment(
                        name.Name, name.Name == "METRICS_PORT" ? MetricsPort.Of(service.Resource.Name, value) : value);
                }
            }
        }

        return service;
    }

    private static string? Setting(EnvironmentName name) =>
        name.TryRead(Environment.GetEnvironmentVariable, out var value, out var error) ? value : throw new StackException($"{error}.");
}
