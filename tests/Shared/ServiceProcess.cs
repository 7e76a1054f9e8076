using ProdReady.Standalone.Processes;

namespace ProdReady.Testing;

/// <summary>The service as a process of its own, which can be killed and started again on the same port.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly string _name;
    private readonly PortLease _port;
    private readonly Dictionary<string, string?> _settings;
    private readonly HttpClient _http = new();
    private ChildProcess? _process;

    private ServiceProcess(string name, PortLease port, Dictionary<string, string?> settings)
    {
        _name = name;
        _port = port;
        _settings = settings;
        _settings.TryAdd("ASPNETCORE_ENVIRONMENT", "Production");
        _settings["ASPNETCORE_URLS"] = Url.AbsoluteUri;
    }

    /// <summary>Where it is.</summary>
    public Uri Url => new($"http://127.0.0.1:{_port.Port}/");

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="name">The name of its project, which the tests refer to.</param>
    /// <param name="settings">Its environment.</param>
    public static async Task<ServiceProcess> StartAsync(string name, Dictionary<string, string?> settings)
    {
        var service = new ServiceProcess(name, PortLease.Take(), settings);
        await service.RestartAsync();
        return service;
    }

    /// <summary>Starts it again, and waits until it is ready.</summary>
    public async Task RestartAsync()
    {
        _process = await ChildProcess.StartAsync(new()
        {
            Name = _name,
            FileName = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, $"{_name}.dll")],
            Environment = _settings,
        });
        await Eventually.ReadAsync(IsReadyAsync, ready => ready);
    }

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Exited => _process!.Exited;

    /// <summary>Asks it to stop, as an orchestrator does.</summary>
    public void Terminate() => Signals.Send(_process!.Id, Signal.Terminate);

    /// <summary>kill -9, if it has not ended by itself.</summary>
    public async Task KillAsync()
    {
        if (!_process!.Exited.IsCompleted)
        {
            Signals.Send(_process.Id, Signal.Kill);
        }

        await _process.Exited;
        await _process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _port.DisposeAsync();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_process!.Exited.IsCompleted, $"The service has ended: {string.Join(Environment.NewLine, _process.LastLines)}");
        try
        {
            using var response = await _http.GetAsync(new Uri(Url, "health/ready"), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
