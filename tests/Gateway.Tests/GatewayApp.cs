using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Gateway.Tests.SecurityHeaders;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests;

/// <summary>The gateway itself on Kestrel, with its settings as an operator would give them.</summary>
/// <remarks>Any type of the service names its assembly; Program would also be Standalone's.</remarks>
internal sealed class GatewayApp : WebApplicationFactory<RateLimitingOptions>
{
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IWebHostBuilder>? _configure;
    private HttpClient? _client;

    private GatewayApp(Dictionary<string, string?> settings, Action<IWebHostBuilder>? configure) =>
        (_settings, _configure) = (settings, configure);

    /// <summary>What it logged so far.</summary>
    public LogLines Logs { get; } = new();

    /// <summary>Its base address.</summary>
    public Uri Url => _client!.BaseAddress!;

    /// <summary>Starts a gateway.</summary>
    /// <param name="stores">Its Redis and its Postgres.</param>
    /// <param name="settings">Further settings; they win over the defaults of the tests.</param>
    public static Task<GatewayApp> StartAsync(DataStores stores, params (string Key, string? Value)[] settings) =>
        StartAsync(stores, configure: null, settings);

    /// <summary>Starts a gateway whose host differs in more than settings.</summary>
    public static async Task<GatewayApp> StartAsync(
        DataStores stores, Action<IWebHostBuilder>? configure, params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = stores.RedisConnectionString,
            ["ConnectionStrings:prodready"] = (await stores.SharedDatabaseAsync()).ConnectionString,
            ["RateLimiting:KeyPrefix"] = DataStores.CreateRedisPrefix(),
            ["Draining:Delay"] = "00:00:00",
            // A busy machine must not let a request pass uncounted
            ["RateLimiting:Timeout"] = "00:00:05",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var app = new GatewayApp(all, configure);
        app.UseKestrel(0);
        app.StartServer();
        app._client = app.CreateClient();
        return app;
    }

    /// <summary>Calls it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="from">The address that the call seems to come from; else it is this machine's.</param>
    /// <param name="headers">Further headers, also ones that HttpClient would refuse.</param>
    public Task<HttpResponseMessage> CallAsync(
        HttpMethod method, string path, string? from = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return SendAsync(request, from);
    }

    /// <summary>Changes settings while it runs; a setting of <see langword="null"/> goes.</summary>
    public void Change(params (string Key, string? Value)[] settings)
    {
        var configuration = (IConfigurationRoot)Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }

        configuration.Reload();
    }

    /// <summary>What it counts from now on.</summary>
    /// <param name="area">What the instruments' names have after <c>prodready.</c>.</param>
    public MeterCounts Counts(string area = "gateway") => new(Services.GetRequiredService<IMeterFactory>(), $"prodready.{area}.");

    /// <summary>Gets a path.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, string? from = null, params (string Name, string Value)[] headers) =>
        CallAsync(HttpMethod.Get, path, from, headers);

    /// <summary>Sends a request as it is.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? from = null)
    {
        if (from is not null)
        {
            request.Headers.Add(RemoteAddressFilter.HeaderName, from);
        }

        return _client!.SendAsync(request, TestContext.Current.CancellationToken);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Logs));
        builder.ConfigureTestServices(services => services
            .AddSingleton<IStartupFilter, RemoteAddressFilter>()
            .AddSingleton<IStartupFilter, ConnectionFilter>());
        _configure?.Invoke(builder);
    }
}
