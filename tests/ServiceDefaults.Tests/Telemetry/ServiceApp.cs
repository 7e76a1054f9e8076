using ProdReady.ServiceDefaults.Hosting;

namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>A service with the defaults, on Kestrel.</summary>
internal sealed class ServiceApp : IAsyncDisposable
{
    private ServiceApp(WebApplication app) => App = app;

    public WebApplication App { get; }

    public HttpClient Client { get; } = new();

    public static async Task<ServiceApp> StartAsync(
        Dictionary<string, string?> settings,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null)
    {
        var service = new ServiceApp(Build(settings, configure));
        service.App.UseServiceDefaults();
        service.App.MapDefaultEndpoints();
        map?.Invoke(service.App);
        Assert.True(service.App.HasValidSettings());
        await service.App.StartAsync(TestContext.Current.CancellationToken);
        service.Client.BaseAddress = new Uri(service.App.Urls.First());
        return service;
    }

    /// <summary>A service that is not started.</summary>
    public static WebApplication Build(Dictionary<string, string?> settings, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ApiKeys:AdminKey"] = "an-admin-key-of-at-least-24-characters";
        // Exports soon, so that no test waits for them
        builder.Configuration["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        builder.Configuration["OTEL_BLRP_SCHEDULE_DELAY"] = "100";
        builder.Configuration["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults();
        configure?.Invoke(builder);
        return builder.Build();
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync(path, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // As at the end of a process: stopped, then disposed
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
    }
}
