using System.Diagnostics.Metrics;
using ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;

namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>
/// Counters are made with the hosted services, ahead of the SDK's own, which would make the meter provider when it starts. What makes it
/// before them all is the validation of settings in <c>RunServiceAsync</c>: it resolves the metrics' listeners, the SDK's among them.
/// </summary>
[Collection(nameof(TelemetryCollection))]
public sealed class FirstValueTests
{
    [Fact]
    public async Task The_zero_that_a_counter_begins_with_is_exported()
    {
        await using var collector = await Collector.StartAsync();

        await using var service = await ServiceApp.StartAsync(
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.GrpcUrl },
            builder => builder.Services.AddSingleton<Alarms>().AddHostedService<Watch>());

        // A counter without a value is not sent at all
        await collector.ReadAsync("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "prodready.test.alarms");
    }

    private sealed class Alarms
    {
        public Alarms(IMeterFactory meters) => meters.Create("ProdReady.Test").CreateCounter<long>("prodready.test.alarms").Add(0);
    }

#pragma warning disable CS9113 // it is enough that it needs them
    private sealed class Watch(Alarms alarms) : BackgroundService
#pragma warning restore CS9113
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
