using ProdReady.Standalone;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

internal static class Ports
{
    /// <summary>The gateway's, or <see langword="null"/> for a free one. It is what the developer's browser knows: another one would not do.</summary>
    /// <exception cref="StackException">Another program has it.</exception>
    public static int? Gateway(IDistributedApplicationBuilder builder)
    {
        var port = GatewayPort.FromEnvironment();
        return port == 0 ? null
            : builder.ExecutionContext.IsRunMode && !PortLease.IsFree(port) ? throw GatewayPort.Taken(port)
            : port;
    }

    /// <summary>
    /// Where a service listens: one process itself, several behind the orchestrator's proxy. A proxy would take connections whether or not a
    /// service is behind it: callers of one that has died would wait for as long as they have patience, where they can be told at once.
    /// </summary>
    /// <param name="service">The service.</param>
    /// <param name="port">Its port, or <see langword="null"/> for a free one.</param>
    /// <param name="replicas">How many processes it has.</param>
    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(this IResourceBuilder<ProjectResource> service, int? port, int replicas)
    {
        if (replicas > 1 || !service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return service.WithHttpEndpoint(port);
        }

        var lease = port is null ? PortLease.Take() : null;
        return service.WithHttpEndpoint(port ?? lease!.Port, isProxied: false).WithAnnotation(new Held(lease));
    }

    /// <summary>Keeps the port for as long as there is the service.</summary>
    private sealed record Held(PortLease? Lease) : IResourceAnnotation;
}
