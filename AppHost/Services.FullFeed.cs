using System.Globalization;
using ProdReady.Standalone;
using ProdReady.Standalone.Processes;

namespace ProdReady.AppHost;

/// <summary>What every service's resource has in common.</summary>
internal static class Services
{
    /// <summary>
    /// A service with an http endpoint, readiness as its health, its settings, and as many replicas as <c>Replicas:{Name}</c> says,
    /// one by default. Its launch profile is for a start without this graph.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(
        this IDistributedApplicationBuilder builder, string name, Settings settings, int? port = null)
        where TProject : IProjectMetadata, new()
    {
        var replicas = builder.ReplicasOf(name);
        var service = builder.AddProject<TProject>(name, options => options.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(port, replicas)
            .WithHttpHealthCheck("/health/ready")
            .WithReplicas(replicas);
        if (builder.ExecutionContext.IsRunMode)
        {
            // Without a launch profile it would run as in production
            service.WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
                .WithEnvironment(Leftovers.Mark, builder.StateDirectory());
        }

        settings.Apply(service);
        return service;
    }

    /// <summary>The link to every endpoint's description.</summary>
    public static IResourceBuilder<ProjectResource> WithDocumentationLink(this IResourceBuilder<ProjectResource> gateway) =>
        gateway.WithUrlForEndpoint("http", _ => new() { Url = "/docs", DisplayText = "API documentation" });

    /// <exception cref="StackException">It is no number of replicas.</exception>
    public static int ReplicasOf(this IDistributedApplicationBuilder builder, string name)
    {
        var configured = builder.Configuration[$"Replicas:{name}"];
        return string.IsNullOrEmpty(configured) ? 1
            : int.TryParse(configured, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) && replicas is >= 1 and <= 100 ? replicas
            : throw new StackException($"Replicas:{name} is {configured}, which is not from 1 to 100. Example: --Replicas:{name}=3");
    }
}
