using ProdReady.Standalone.Dashboard;
using ProdReady.Standalone.DataStores;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Stack;

/// <summary>
/// The whole stack without containers: embedded data stores, the four services as processes, the dashboard. The same code
/// serves <c>./prodready up</c> and the stack tests.
/// </summary>
public sealed class StandaloneStack : IAsyncDisposable
{
    private readonly StandaloneOptions _options;
    private readonly StackState _state;
    private readonly Stack<IAsyncDisposable> _started = new();
    private readonly List<ChildProcess> _processes = [];
    private readonly string _adminKey;
    private DashboardProcess? _dashboard;
    private DataStoreAddresses _dataStores = new("", "");
    private Dictionary<string, string> _innerUrls = [];

    private StandaloneStack(StandaloneOptions options)
    {
        _options = options;
        _state = new StackState(options.StateDirectory);
        _adminKey = options.Environment.GetValueOrDefault("PRODREADY_ADMIN_KEY") is { Length: > 0 } key ? key : Secret.Create();
    }

    /// <summary>The running stack.</summary>
    public StackDescription Description { get; private set; } = null!;

    /// <summary>Starts everything and waits until all of it is healthy.</summary>
    /// <exception cref="StackException">It cannot; nothing is left running.</exception>
    public static async Task<StandaloneStack> StartAsync(StandaloneOptions options, CancellationToken cancellationToken)
    {
        var stack = new StandaloneStack(options);
        try
        {
            await stack.StartAllAsync(cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the first part that ends by itself.</summary>
    /// <returns>What ended, with its last lines.</returns>
    public async Task<StackException> WaitForFailureAsync(CancellationToken cancellationToken)
    {
        // The dashboard is for looking only: the stack goes on without it
        var exits = _processes.Where(process => process.Name != "dashboard").ToDictionary(process => (Task)process.Exited);
        var first = await Task.WhenAny(exits.Keys).WaitAsync(cancellationToken);
        var process = exits[first];
        return Failure.Ended(process, await process.Exited);
    }

    /// <summary>Starts one more gateway on a free port, against the same data stores and services.</summary>
    /// <returns>Its address.</returns>
    public async Task<Uri> StartGatewayReplicaAsync(CancellationToken cancellationToken)
    {
        var replica = await StartServiceAsync(ServiceDefinition.Gateway, port: 0);
        await replica.WaitUntilHealthyAsync("/health/ready", _options.HealthTimeout, cancellationToken);
        return new Uri(replica.Url);
    }

    /// <summary>Stops everything, in the reverse order of its start; services first get to finish what they are doing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_started.Count > 0)
        {
            // Ours only while we hold the lock
            File.Delete(_state.DescriptionFile);
        }

        // All services at once: each has its own bound for the shutdown, and the sum of them would be felt at Ctrl-C
        await Task.WhenAll(_started.OfType<ServiceProcess>().Select(service => service.DisposeAsync().AsTask()));
        while (_started.TryPop(out var part))
        {
            if (part is not ServiceProcess)
            {
                await part.DisposeAsync();
            }
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        var stackLock = FileLock.TryTake(_state.LockFile)
            ?? throw Failure.AlreadyRunning(await _state.SupervisorAsync(), _options.StateDirectory);
        _started.Push(stackLock);
        await File.WriteAllTextAsync(_state.PidFile, $"{Environment.ProcessId}", cancellationToken);
        await CleanUpAsync(cancellationToken);
        if (_options.GatewayPort != 0 && !PortLease.IsFree(_options.GatewayPort))
        {
            throw GatewayPort.Taken(_options.GatewayPort);
        }

        await StartDataStoresAsync(cancellationToken);
        if (_options.Dashboard && await DashboardProcess.StartAsync(_options, cancellationToken) is { } dashboard)
        {
            _dashboard = dashboard;
            _started.Push(dashboard);
            _processes.Add(dashboard.Frontend.Process);
        }

        var inner = new List<ServiceProcess>();
        foreach (var service in ServiceDefinition.Inner)
        {
            inner.Add(await StartServiceAsync(service, port: 0));
        }

        _innerUrls = inner.ToDictionary(service => service.Process.Name, service => service.Url);
        var gateway = await StartServiceAsync(ServiceDefinition.Gateway, _options.GatewayPort);
        // In the order of their answers, so that a crash is told at once and not after the slowest of the others
        await foreach (var healthy in Task.WhenEach(inner.Append(gateway).Select(service =>
            service.WaitUntilHealthyAsync("/health/ready", _options.HealthTimeout, cancellationToken))))
        {
            await healthy;
        }

        Description = Describe(gateway.Url);
        await Description.WriteAsync(_state.DescriptionFile, cancellationToken);
    }

    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        var former = await StackDescription.ReadAsync(_state.DescriptionFile, cancellationToken);
        var described = File.GetLastWriteTimeUtc(_state.DescriptionFile);
        File.Delete(_state.DescriptionFile);
        File.Delete(_state.FailureFile);
        var ended = await Leftovers.EndAsync(
            _options.StateDirectory, [.. former?.Pids.Values ?? []], described, TimeSpan.FromSeconds(3), cancellationToken);
        if (ended > 0)
        {
            Say($"Ended {ended} processes that a killed stack had left behind.");
        }
    }

    private async Task StartDataStoresAsync(CancellationToken cancellationToken)
    {
        var dataStores = await EmbeddedDataStores.StartAsync(_options, cancellationToken);
        _started.Push(dataStores);
        _processes.Add(dataStores.Process);
        _dataStores = dataStores.Addresses;
    }

    private async Task<ServiceProcess> StartServiceAsync(ServiceDefinition service, int port)
    {
        var lease = port == 0 ? PortLease.Take() : null;
        // The gateway is for the developer, on both of localhost's addresses; the others are for the gateway alone
        var url = service == ServiceDefinition.Gateway ? $"http://localhost:{lease?.Port ?? port}" : $"http://127.0.0.1:{lease!.Port}";
        var environment = StackEnvironment.ForService(_options, service, url, _dataStores, _adminKey, _dashboard?.OtlpUrl);
        foreach (var (name, address) in _innerUrls)
        {
            environment[$"services__{name}__http__0"] = address;
        }

        var process = await ChildProcess.StartAsync(new()
        {
            Name = service.Name,
            FileName = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            Arguments = [service.Assembly],
            Environment = environment,
            WorkingDirectory = Path.GetDirectoryName(service.Assembly),
            Output = _options.Output,
        });
        var started = new ServiceProcess(process, url, lease);
        _started.Push(started);
        _processes.Add(process);
        return started;
    }

    private StackDescription Describe(string gatewayUrl) => new()
    {
        Gateway = new(gatewayUrl),
        Webhooks = new(_innerUrls["webhooks"]),
        Notifications = new(_innerUrls["notifications"]),
        Backups = new(_innerUrls["backups"], BackupDirectory.Of(_options.Environment.GetValueOrDefault("BACKUP_DIR"), _options.StateDirectory)),
        Dashboard = _dashboard is null ? null : new(_dashboard.Frontend.Url),
        ConnectionStrings = _dataStores,
        AdminKey = _adminKey,
        Pids = _processes.Select(process => (process.Name, process.Id))
            .Append(("supervisor", Environment.ProcessId))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2),
    };

    private void Say(string message) => _options.Output?.Invoke(new LogLine("prodready", message));
}
