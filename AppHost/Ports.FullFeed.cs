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
}
