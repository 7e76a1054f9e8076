using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Faults;

/// <summary>The service as a process of its own, which can be killed and started again on the same port.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly PortLease _port;
    private readonly Dictionary<string, string?> _settings;
    private readonly HttpClient _http = new();
    private ChildProcess? _process;

    private ServiceProcess(PortLease port, Dictionary<string, string?> settings)
    {
        _port = port;
        _settings = settings;
        _settings.TryAdd("ASPNETCORE_ENVIRONMENT", "Production");
        _settings["ASPNETCORE_URLS"] = Url.AbsoluteUri;
    }

    public Uri Url => new($"http://127.0.0.1:{_port.Port}/");

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="settings">Its environment.</param>
    public static async Task<ServiceProcess> StartAsync(Dictionary<string, string?> settings)
    {
        var service = new ServiceProcess(await PortLease.TakeAsync(), settings);
        await service.RestartAsync();
        return service;
    }

    public async Task RestartAsync()
    {
        _process = await ChildProcess.StartAsync(new()
        {
            Name = "webhooks",
            FileName = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "Webhooks.dll")],
            Environment = _settings,
        });
        await Eventually.ReadAsync(IsReadyAsync, ready => ready);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process!.Id, Signal.Kill);
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
