using System.Diagnostics;
using ProdReady.ServiceDefaults.Telemetry.Otlp;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

[Collection(nameof(TelemetryCollection))]
public sealed class CollectorOutageTests : IAsyncLifetime
{
    private readonly RecordedLogs _logs = new();
    private Collector _collector = null!;

    public async ValueTask InitializeAsync() => _collector = await Collector.StartAsync();

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hanging_collector_delays_neither_requests_nor_the_end(bool grpc)
    {
        _collector.Hangs = true;
        var service = await StartAsync(grpc, timeout: "60000");
        try
        {
            for (var request = 0; request < 20; request++)
            {
                Assert.Equal("fine", await service.GetAsync("/fine"));
            }

            // All three are caught in an export that nothing but the end cuts short
            await Eventually.ReadAsync(() => Task.FromResult(_collector.Waiting), waiting => waiting >= 3);
        }
        finally
        {
            var started = Stopwatch.GetTimestamp();
            await service.DisposeAsync();
            // The SDK alone would take 5 s for each signal
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, CollectorClients.Grace + TimeSpan.FromSeconds(6));
        }
    }

    [Fact]
    public async Task An_outage_is_one_line_a_signal_and_its_end_another()
    {
        _collector.Status = StatusCodes.Status503ServiceUnavailable;
        await using var service = await StartAsync(grpc: false, timeout: "10000");

        await Eventually.ReadAsync(
            async () =>
            {
                await service.GetAsync("/fine");
                return _collector.Exports.CountBy(export => export.Path).Where(path => path.Value >= 3).ToList();
            },
            often => often.Count == 3);

        var lines = _logs.Of<CollectorClients>();
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.Contains(
            $"The collector at {_collector.HttpUrl}/v1/traces does not take traces, which are dropped until it does; "
            + "nothing else is affected: it answers 503",
            lines.Select(line => line.Text));
        // No retries and no circuit that opens, as the service's own HTTP clients would have and say
        Assert.Empty(_logs.ComplaintsOfLibraries());

        _collector.Status = StatusCodes.Status200OK;
        await Eventually.ReadAsync(
            async () =>
            {
                await service.GetAsync("/fine");
                return _logs.Of<CollectorClients>().Where(line => line.Level == LogLevel.Information).ToList();
            },
            back => back.Count == 3);
        Assert.Equal(6, _logs.Of<CollectorClients>().Count);
    }

    /// <summary>A wrong key, for one: it refuses with 200 and a status after the content.</summary>
    [Fact]
    public async Task A_refusal_over_gRPC_is_told_and_its_end()
    {
        _collector.GrpcStatus = "16";
        await using var service = await StartAsync(grpc: true, timeout: "10000");
        await AskUntilAsync(LogLevel.Warning);
        Assert.Contains(_logs.Of<CollectorClients>(), line => line.Text.EndsWith("it answers gRPC status 16", StringComparison.Ordinal));

        _collector.GrpcStatus = "0";
        await AskUntilAsync(LogLevel.Information);

        Assert.Equal(6, _logs.Of<CollectorClients>().Count);

        Task AskUntilAsync(LogLevel level) => Eventually.ReadAsync(
            async () =>
            {
                await service.GetAsync("/fine");
                return _logs.Of<CollectorClients>().Where(line => line.Level == level).ToList();
            },
            lines => lines.Count == 3);
    }

    [Fact]
    public async Task A_dead_collector_is_no_reason_not_to_start()
    {
        var dead = _collector.GrpcUrl;
        await _collector.DisposeAsync();
        await using var service = await ServiceApp.StartAsync(
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = dead },
            builder => builder.Logging.AddProvider(_logs),
            MapFine);

        await Eventually.ReadAsync(
            async () =>
            {
                Assert.Equal("fine", await service.GetAsync("/fine"));
                return _logs.Of<CollectorClients>();
            },
            lines => lines.Count == 3);
    }

    private Task<ServiceApp> StartAsync(bool grpc, string timeout) => ServiceApp.StartAsync(
        new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = grpc ? _collector.GrpcUrl : _collector.HttpUrl,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = grpc ? "grpc" : "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = timeout,
        },
        builder => builder.Logging.AddProvider(_logs),
        MapFine);

    private static void MapFine(WebApplication app) => app.MapGet("/fine", (ILogger<CollectorOutageTests> logger) =>
    {
#pragma warning disable CA1848 // one line in a test
        logger.LogInformation("Fine");
#pragma warning restore CA1848
        return "fine";
    });
}
