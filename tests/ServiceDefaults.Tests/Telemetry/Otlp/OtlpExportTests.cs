using System.Diagnostics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

[Collection(nameof(TelemetryCollection))]
public sealed class OtlpExportTests : IAsyncLifetime
{
    private Collector _collector = null!;

    public async ValueTask InitializeAsync() => _collector = await Collector.StartAsync();

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Fact]
    public async Task Every_signal_is_exported_over_grpc_by_default()
    {
        await using var service = await StartAsync(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl });

        await service.GetAsync("/orders/7");

        await _collector.ReadAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "GET /orders/{id}", "/orders/7");
        await _collector.ReadAsync("/opentelemetry.proto.collector.logs.v1.LogsService/Export", "An order was asked for");
        await _collector.ReadAsync(
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            "http.server.request.duration", "dotnet.gc.collections", "process.cpu.time", "process.memory.usage", "process.uptime");
    }

    [Fact]
    public async Task Every_signal_is_exported_over_http_with_its_own_path_and_the_headers()
    {
        await using var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.HttpUrl + "/base/",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=shop",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip",
        });

        await service.GetAsync("/orders/7");

        foreach (var (path, name) in new[]
        {
            ("/base/v1/traces", "GET /orders/{id}"),
            ("/base/v1/logs", "An order was asked for"),
            ("/base/v1/metrics", "http.server.request.duration"),
        })
        {
            var export = await _collector.ReadAsync(path, name);
            Assert.Equal(("shop", true), (export.Tenant, export.Zipped));
        }
    }

    [Fact]
    public async Task A_signals_own_variables_win_and_suffice()
    {
        await using var other = await Collector.StartAsync();
        await using var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=general",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = _collector.HttpUrl + "/own/path",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "x-tenant=traces",
            ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = other.GrpcUrl,
        });

        await service.GetAsync("/orders/7");

        Assert.Equal("traces", (await _collector.ReadAsync("/own/path", "GET /orders/{id}")).Tenant);
        var metrics = await other.ReadAsync(
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "http.server.request.duration");
        Assert.Equal("general", metrics.Tenant);
        Assert.DoesNotContain(_collector.Exports, export => export.Contains("An order was asked for"));
        Assert.DoesNotContain(other.Exports, export => export.Contains("An order was asked for"));
    }

    [Fact]
    public async Task A_signal_that_is_switched_off_is_not_exported_and_without_any_nothing_listens()
    {
        await using var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.HttpUrl,
            ["OTEL_TRACES_EXPORTER"] = "none",
            ["OTEL_METRICS_EXPORTER"] = " None ",
            ["OTEL_LOGS_EXPORTER"] = "none",
        });

        Assert.Null(service.App.Services.GetService<TracerProvider>());
        Assert.Null(service.App.Services.GetService<MeterProvider>());
        // ... and yet there is a trace id, the caller's, for logs and for outgoing calls
        using var request = new HttpRequestMessage(HttpMethod.Get, "/trace");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var seen = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c 0af7651916cd43dd8448eb211c80319c", seen);
        Assert.Empty(_collector.Exports);
    }

    [Fact]
    public async Task The_whole_sdk_can_be_switched_off()
    {
        await using (var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl,
            ["Metrics:Port"] = "0",
            ["OTEL_SDK_DISABLED"] = "true",
        }))
        {
            Assert.Equal("7", await service.GetAsync("/orders/7"));
        }

        // What was under way has been sent by the end
        Assert.Empty(_collector.Exports);
    }

    [Fact]
    public async Task What_was_recorded_last_is_sent_before_the_end()
    {
        await using (var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl,
            ["OTEL_BSP_SCHEDULE_DELAY"] = "600000",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "600000",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "600000",
        }))
        {
            await service.GetAsync("/orders/7");
        }

        foreach (var name in new[] { "GET /orders/{id}", "An order was asked for", "http.server.request.duration" })
        {
            Assert.Contains(_collector.Exports, export => export.Contains(name));
        }
    }

    [Fact]
    public async Task The_resource_says_who_it_is_and_the_variables_win()
    {
        await using (var service = await StartAsync(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl }))
        {
            await service.GetAsync("/orders/7");
            var export = await _collector.ReadAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "GET /orders/{id}");
            var resource = ReceivedSpan.ReadResource(export.Body);
            Assert.Equal("servicedefaults.tests", resource["service.name"]);
            Assert.Equal("Production", resource["deployment.environment.name"]);
            Assert.StartsWith("0.1.0", resource["service.version"], StringComparison.Ordinal);
            Assert.True(Guid.TryParse(resource["service.instance.id"], out _));
        }

        _collector.Exports.Clear();
        await using (var service = await StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.GrpcUrl,
            ["OTEL_SERVICE_NAME"] = "shop",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.version=7,deployment.environment.name=staging,team=payments",
        }))
        {
            await service.GetAsync("/orders/7");
            var export = await _collector.ReadAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "GET /orders/{id}");
            var resource = ReceivedSpan.ReadResource(export.Body);
            Assert.Equal(
                ("shop", "7", "staging", "payments"),
                (resource["service.name"], resource["service.version"], resource["deployment.environment.name"], resource["team"]));
        }
    }

    private static Task<ServiceApp> StartAsync(Dictionary<string, string?> settings) => ServiceApp.StartAsync(settings, map: app =>
    {
        app.MapGet("/orders/{id}", (string id, ILogger<OtlpExportTests> logger) =>
        {
#pragma warning disable CA1848 // one line in a test
            logger.LogInformation("An order was asked for");
#pragma warning restore CA1848
            return id;
        });
        app.MapGet("/echo", (HttpContext context) => context.Request.Headers["traceparent"].ToString().Split('-')[1]);
        app.MapGet("/trace", async (HttpContext context, IHttpClientFactory clients) =>
        {
            using var client = clients.CreateClient();
            var forwarded = await client.GetStringAsync($"http://{context.Request.Host}/echo", context.RequestAborted);
            return $"{Activity.Current!.TraceId} {forwarded}";
        });
    });
}
