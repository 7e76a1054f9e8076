using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.Dashboard;

/// <summary>The Aspire dashboard: logs, traces and metrics of the stack on one page.</summary>
internal sealed class DashboardProcess(ServiceProcess frontend, string otlpUrl, PortLease[] ports) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    public ServiceProcess Frontend => frontend;

    /// <summary>Where services send OTLP over gRPC.</summary>
    public string OtlpUrl => otlpUrl;

    /// <summary>Starts it.</summary>
    /// <returns><see langword="null"/>, after a line that says why, if it cannot be had or does not start.</returns>
    public static async Task<DashboardProcess?> StartAsync(StandaloneOptions options, CancellationToken cancellationToken)
    {
        if (await DashboardTool.GetAsync(options.StateDirectory, options.Output, cancellationToken) is not { } tool)
        {
            return null;
        }

        PortLease[] ports = [PortLease.Take(), PortLease.Take(), PortLease.Take()];
        var urls = ports.Select(port => $"http://localhost:{port.Port}").ToArray();
        var process = await ChildProcess.StartAsync(new()
        {
            Name = "dashboard",
            FileName = tool,
            Arguments =
            [
                "dashboard", "run", "--non-interactive", "--nologo", "--allow-anonymous",
                "--frontend-url", urls[0], "--otlp-grpc-url", urls[1], "--otlp-http-url", urls[2],
            ],
            Environment = StackEnvironment.ForAll(options.StateDirectory),
            Output = options.Output,
        });
        var dashboard = new DashboardProcess(new ServiceProcess(process, urls[0], null), urls[1], ports);
        try
        {
            await dashboard.Frontend.WaitUntilHealthyAsync("/", StartTimeout, cancellationToken);
            return dashboard;
        }
        catch (StackException failure)
        {
            options.Output?.Invoke(new LogLine("prodready", $"Going on without the dashboard: {failure.Message}"));
            await dashboard.DisposeAsync();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await frontend.DisposeAsync();
        foreach (var port in ports)
        {
            await port.DisposeAsync();
        }
    }
}
