using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Measuring;

/// <summary>A server in a process of its own, its standard output in a file as a container runtime would have it.</summary>
internal sealed class BenchServer(ChildProcess process, PortLease port, string log, string path) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new();

    /// <summary>Its process' number.</summary>
    public int ProcessId => process.Id;

    public Uri Url => new($"http://127.0.0.1:{port.Port}/");

    /// <summary>Starts one of the services itself, as it is built beside this program, and waits until it answers.</summary>
    /// <param name="service">The name of its project.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<BenchServer> StartServiceAsync(
        string service, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        // This is bench/bin/Release/net10.0; a service finds its settings in the folder that it is started in
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var project = Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, service);
        var program = Path.Combine("bin", output.Parent.Name, output.Name, $"{service}.dll");
        return StartAsync(
            service, """cd "$0" && exec dotnet "$1" >"$2" 2>&1""", [project, program], "health/live", environment, cancellationToken);
    }

    /// <summary>Starts this program again as <c>serve <paramref name="kind"/></c>, and waits until it answers.</summary>
    public static Task<BenchServer> StartAsync(
        string kind, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken) =>
        StartAsync(
            kind, """exec dotnet "$0" serve "$1" >"$2" 2>&1""", [typeof(BenchServer).Assembly.Location, kind], "", environment, cancellationToken);

    private static async Task<BenchServer> StartAsync(
        string kind,
        string script,
        string[] arguments,
        string path,
        IReadOnlyDictionary<string, string?> environment,
        CancellationToken cancellationToken)
    {
        var port = PortLease.Take();
        var log = Path.GetTempFileName();
        var process = await ChildProcess.StartAsync(new()
        {
            Name = kind,
            FileName = "sh",
            Arguments = ["-c", script, .. arguments, log],
            Environment = new Dictionary<string, string?>(environment)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port.Port}",
                ["ASPNETCORE_ENVIRONMENT"] = environment.GetValueOrDefault("ASPNETCORE_ENVIRONMENT", "Production"),
            },
        });
        var server = new BenchServer(process, port, log, path);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        while (!await server.AnswersAsync(timeout.Token))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await port.DisposeAsync();
        File.Delete(log);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Url, path), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException) when (!process.Exited.IsCompleted)
        {
            return false;
        }
    }
}
