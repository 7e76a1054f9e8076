using ProdReady.Standalone.Processes;

namespace ProdReady.AppHost;

/// <summary>The dashboard's addresses of the launch profile, moved to free ports where a stack of another checkout has them.</summary>
internal sealed class DashboardPorts : IAsyncDisposable
{
    private static readonly string[] Variables =
        ["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];

    private readonly List<PortLease> _leases = [];

    private DashboardPorts()
    {
    }

    /// <summary>Holds the ports until it is disposed.</summary>
    public static async Task<DashboardPorts> TakeAsync()
    {
        var ports = new DashboardPorts();
        foreach (var variable in Variables)
        {
            if (Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var url) && !PortLease.IsFree(url.Port))
            {
                var lease = PortLease.Take();
                ports._leases.Add(lease);
                Environment.SetEnvironmentVariable(variable, $"{url.Scheme}://{url.Host}:{lease.Port}");
            }
        }

        return ports;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lease in _leases)
        {
            await lease.DisposeAsync();
        }
    }
}
