using Npgsql;
using ProdReady.ServiceDefaults.Telemetry.Scraping;
using ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Health;

[Collection(nameof(TelemetryCollection))]
public sealed class HealthNoiseTests(DataStores stores) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Collector _collector = null!;
    private ServiceApp _service = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _collector = await Collector.StartAsync();
        _service = await ServiceApp.StartAsync(
            new()
            {
                ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = _collector.GrpcUrl,
                ["Metrics:Port"] = "0",
                // Ignores parents, so that it would make root spans of what the checks do
                ["OTEL_TRACES_SAMPLER"] = "always_on",
                ["ConnectionStrings:prodready"] = _database.ConnectionString,
                ["ConnectionStrings:redis"] = stores.RedisConnectionString,
            },
            builder =>
            {
                builder.AddPostgres();
                builder.AddRedis();
            },
            app => app.MapGet("/work", async (HttpContext context, NpgsqlDataSource postgres, IConnectionMultiplexer redis, IHttpClientFactory clients) =>
            {
                using var client = clients.CreateClient();
                await client.GetStringAsync($"http://{context.Request.Host}/health/ready", context.RequestAborted);
                await using var command = postgres.CreateCommand("SELECT 42");
                await command.ExecuteScalarAsync(context.RequestAborted);
                await redis.GetDatabase().KeyExistsAsync("nothing");
            }));
        // Connecting takes its time on a busy machine, and no command waits for it
        var redis = _service.App.Services.GetRequiredService<IConnectionMultiplexer>();
        await Eventually.ReadAsync(() => Task.FromResult(redis.IsConnected), connected => connected);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _collector.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Health_requests_and_what_their_checks_do_leave_no_spans()
    {
        foreach (var path in new[] { "/health/live", "/alive", "/health/ready", "/health" })
        {
            Assert.Equal("""{"status":"Healthy"}""", await _service.GetAsync(path));
        }

        using (var missing = await _service.Client.GetAsync("/metrics", TestContext.Current.CancellationToken))
        {
            Assert.Equal(404, (int)missing.StatusCode);
        }

        // Exported in their order: when the last ones are there, the others would be, too
        await _service.GetAsync("/work");
        var spans = await Eventually.ReadAsync(
            () => Task.FromResult(_collector.Spans()),
            all => all.Any(span => span.Name == "EXISTS") && all.Any(span => span.Name == "GET /work"));

        Assert.Equal(
            ["EXISTS", "GET /work", "SELECT 42"],
            spans.Where(span => span.Kind == ReceivedSpan.Server || span.Attributes.ContainsKey("db.system.name"))
                .Select(span => span.Attributes.GetValueOrDefault("db.query.text") ?? span.Name)
                .Order(StringComparer.Ordinal));
        Assert.DoesNotContain(spans, span => span.Attributes.Values.Any(value => value.Contains("/health", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Health_requests_are_not_counted()
    {
        await _service.GetAsync("/health/ready");
        // /work asks for /health/ready, too
        await _service.GetAsync("/work");

        var text = await _service.GetAsync(_service.App.Services.GetRequiredService<MetricsServer>().Address!.ToString());

        Assert.Contains("http_server_request_duration_seconds_count", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(?m)^http_server_.*"/health""", text);
        Assert.DoesNotContain("PING", text, StringComparison.Ordinal);
    }
}
