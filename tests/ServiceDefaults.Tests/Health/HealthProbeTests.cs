using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProdReady.ServiceDefaults.Health;

namespace ProdReady.ServiceDefaults.Tests.Health;

public sealed class HealthProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HealthStatus.Healthy, true, "200 Healthy")]
    [InlineData(HealthStatus.Degraded, true, "200 Degraded")]
    [InlineData(HealthStatus.Unhealthy, false, "503 Unhealthy")]
    public async Task It_says_what_the_service_beside_it_says(HealthStatus status, bool isReady, string answer)
    {
        await using var app = await StartAsync(app => app.MapDefaultEndpoints(), status);

        Assert.Equal((isReady, answer), await HealthProbe.AskAsync(app.Urls.Single()));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("welcome")]
    [InlineData("""{"status":403}""")]
    [InlineData("""{"status":null}""")]
    public async Task Somebody_else_at_that_port_is_not_taken_for_a_service_of_ours(string body)
    {
        await using var app = await StartAsync(app => app.MapGet("/health/ready", () => body), HealthStatus.Healthy);

        Assert.Equal((false, "200 without a health answer"), await HealthProbe.AskAsync(app.Urls.Single()));
    }

    [Fact]
    public async Task Nobody_at_that_port_is_not_ready()
    {
        var (isReady, answer) = await HealthProbe.AskAsync("http://127.0.0.1:1");

        Assert.False(isReady);
        Assert.StartsWith("no answer: Connection refused", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_none_is_not_ready() =>
        Assert.False((await HealthProbe.AskAsync("localhost:8080")).IsReady);

    [Theory]
    [InlineData(null, null, "http://127.0.0.1:5000")]
    [InlineData(null, "8080", "http://127.0.0.1:8080")]
    [InlineData(null, "8080;8081", "http://127.0.0.1:8080")]
    [InlineData("", "8080", "http://127.0.0.1:8080")]
    [InlineData("http://+:8080", null, "http://127.0.0.1:8080")]
    [InlineData("http://*:8080", "9090", "http://127.0.0.1:8080")]
    [InlineData("http://0.0.0.0:8080", null, "http://127.0.0.1:8080")]
    [InlineData("http://[::]:8080", null, "http://127.0.0.1:8080")]
    [InlineData("https://*:8443;http://localhost:8080", null, "http://localhost:8080")]
    [InlineData("https://*:8443", null, "https://127.0.0.1:8443")]
    [InlineData("http://10.0.0.7", null, "http://10.0.0.7:80")]
    [InlineData("http://[::1]:8080", null, "http://[::1]:8080")]
    public void It_asks_where_the_service_listens(string? urls, string? ports, string address) =>
        Assert.Equal(address, HealthProbe.Address(urls, ports));

    [Theory]
    [InlineData(true, "health")]
    [InlineData(true, "health", "http://localhost:8080")]
    [InlineData(false)]
    [InlineData(false, "--urls", "health")]
    [InlineData(false, "verify", "health")]
    public void It_is_a_verb(bool expected, params string[] args) => Assert.Equal(expected, HealthProbe.IsFor(args));

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map, HealthStatus status)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Services.AddHealthChecks().AddCheck("something", () => new(status));
        var app = builder.Build();
        map(app);
        await app.StartAsync(Cancellation);
        return app;
    }
}
