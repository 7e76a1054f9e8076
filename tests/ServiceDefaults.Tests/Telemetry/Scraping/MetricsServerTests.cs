using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Telemetry.Scraping;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Scraping;

[Collection(nameof(TelemetryCollection))]
public sealed class MetricsServerTests(DataStores stores)
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("*")]
    public async Task Metrics_are_served_on_their_own_port_and_on_no_other(string host)
    {
        await using var service = await StartAsync(("Metrics:Port", "0"), ("Metrics:Host", host));
        await service.GetAsync("/orders/7");
        var address = Address(service);

        var text = await ScrapeAsync(service, address);

        Assert.Matches("""(?m)^http_server_request_duration_seconds_count\{.*http_route="/orders/\{id\}".*\} 1$""", text);
        Assert.Matches(
            """(?m)^db_client_operation_duration_seconds_bucket\{otel_scope_name="ProdReady.Redis".*db_operation_name="EXISTS".*le="0.001"\}""",
            text);
        foreach (var name in new[]
        {
            "process_cpu_time_seconds_total", "process_memory_usage_bytes", "process_memory_virtual_bytes", "process_thread_count",
            "process_uptime_seconds", "dotnet_gc_collections_total", "target_info",
        })
        {
            Assert.Contains(name, text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service, "/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service, new Uri(address, "/orders/7").ToString()));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service, new Uri(address, "/").ToString()));
        // Scraping is not counted: it would count itself
        Assert.DoesNotContain("http_route=\"/metrics\"", await ScrapeAsync(service, address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_served_unless_a_port_is_set()
    {
        await using var service = await StartAsync(("Metrics:Port", " "));

        Assert.Null(service.App.Services.GetService<MetricsServer>());
    }

    [Fact]
    public async Task A_taken_port_stops_the_start_with_one_message()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var app = ServiceApp.Build(new() { ["Metrics:Port"] = $"{port}" });

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            $"METRICS_PORT (Metrics:Port) {port} on localhost cannot be listened on: "
            + $"Failed to bind to address http://127.0.0.1:{port}: address already in use. "
            + "Each service on a machine needs a port of its own. Example: 9465",
            Assert.Single(exception.Failures));
        await using var again = ServiceApp.Build(new() { ["Metrics:Port"] = $"{port}" });
        Assert.Equal(ServiceRunner.ConfigurationError, await again.RunServiceAsync());
    }

    [Fact]
    public void A_wrong_setting_stops_the_start()
    {
        using var app = (IDisposable)ServiceApp.Build(new() { ["Metrics:Port"] = "70000", ["Metrics:Host"] = "everywhere" });

        var exception = Assert.ThrowsAny<Exception>(() => ((WebApplication)app).Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(
            [
                "METRICS_PORT (Metrics:Port) is 70000; it must be 0 to 65535. Example: 9464",
                "METRICS_HOST (Metrics:Host) is 'everywhere'; it must be localhost, an IP address of this machine, or * for all. Example: *",
            ],
            Assert.IsType<OptionsValidationException>(exception).Failures);
    }

    private async Task<ServiceApp> StartAsync(params (string Key, string? Value)[] settings)
    {
        var service = await ServiceApp.StartAsync(
            settings.Append(("ConnectionStrings:redis", stores.RedisConnectionString)).ToDictionary(pair => pair.Item1, pair => pair.Item2),
            builder => builder.AddRedis(),
            app => app.MapGet("/orders/{id}", (string id, IConnectionMultiplexer redis) => redis.GetDatabase().KeyExistsAsync(id)));
        // Connecting takes its time on a busy machine, and no command waits for it
        var redis = service.App.Services.GetRequiredService<IConnectionMultiplexer>();
        await Eventually.ReadAsync(() => Task.FromResult(redis.IsConnected), connected => connected);
        return service;
    }

    private static Uri Address(ServiceApp service)
    {
        var address = new UriBuilder(service.App.Services.GetRequiredService<MetricsServer>().Address!) { Host = "127.0.0.1" };
        return address.Uri;
    }

    /// <summary>Until Redis' commands are in it: they are recorded in the background.</summary>
    private static Task<string> ScrapeAsync(ServiceApp service, Uri address) => Eventually.ReadAsync(
        () => service.GetAsync(address.ToString()), text => text.Contains("db_operation_name", StringComparison.Ordinal));

    private static async Task<HttpStatusCode> StatusAsync(ServiceApp service, string address)
    {
        using var response = await service.Client.GetAsync(address, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
