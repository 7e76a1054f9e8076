using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Claims;
using System.Text.Json;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>One node: a service whose endpoints ask for keys, on a real port.</summary>
internal sealed class KeyedService : IAsyncDisposable
{
    public const string AdminKey = "an-admin-key-of-at-least-24-characters";

    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private KeyedService(WebApplication app)
    {
        _app = app;
        _client = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>What it counts about keys from now on.</summary>
    public MeterCounts Counts() => new(Services.GetRequiredService<IMeterFactory>(), "prodready.api_keys.");

    /// <summary>What it logged.</summary>
    public LogLines Logs { get; private init; } = null!;

    public static async Task<KeyedService> StartAsync(string? connectionString, params (string Key, string Value)[] settings)
    {
        var logs = new LogLines();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ApiKeys:AdminKey"] = AdminKey;
        builder.Configuration["ConnectionStrings:prodready"] = connectionString;
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddServiceDefaults();
        builder.Logging.ClearProviders().AddProvider(logs);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseEndpointAuthorization();
        app.MapGet("/send", Caller).RequireScope("notifications:send");
        app.MapGet("/backups", Caller).RequireScope("backups:run");
        app.MapGet("/open", () => "open");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app) { Logs = logs };
    }

    /// <summary>Calls it with a key.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, string? key = null) =>
        key is null ? GetAsync(path, []) : GetAsync(path, [("X-Api-Key", key)]);

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Calls it with a key, for the status alone.</summary>
    public async Task<HttpStatusCode> StatusAsync(string path, string? key)
    {
        using var response = await GetAsync(path, key);
        return response.StatusCode;
    }

    /// <summary>Calls it with a key that it refuses, and reads why.</summary>
    public async Task<(HttpStatusCode Status, string? Challenge, JsonElement Problem)> RefusalAsync(
        string path, params (string Name, string Value)[] headers)
    {
        using var response = await GetAsync(path, headers);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        var challenge = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? Assert.Single(values) : null;
        return (response.StatusCode, challenge, problem);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
    }

    private static object Caller(ClaimsPrincipal user) => new
    {
        Id = user.KeyId(),
        user.Identity!.Name,
        Scopes = user.Scopes(),
        Plan = user.FindFirstValue(ApiKeyClaims.Plan),
    };
}
