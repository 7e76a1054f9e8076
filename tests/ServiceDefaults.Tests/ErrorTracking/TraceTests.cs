using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using ProdReady.ServiceDefaults.ErrorTracking;
using ProdReady.Testing;
using Sentry;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>Which traces go to Sentry, and that the operator's own collector gets all of them.</summary>
[Collection("Sentry")]
public sealed class TraceTests : IAsyncLifetime
{
    private const int Count = 10_000;
    private const int Seed = 20_260_203;
    private FakeSentry _sentry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sentry = await FakeSentry.StartAsync();

    public ValueTask DisposeAsync() => _sentry.DisposeAsync();

    [Fact]
    public void Every_tenth_of_10000_traces_is_chosen_and_always_the_same_ones()
    {
        var chosen = TraceIds().Where(new TraceSampling(0.1).Keeps).ToList();

        Assert.InRange(chosen.Count, 900, 1_100);
        Assert.Equal(chosen, TraceIds().Where(new TraceSampling(0.1).Keeps));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, Count)]
    public void None_and_all_are_shares_too(double rate, int expected) =>
        Assert.Equal(expected, TraceIds().Count(new TraceSampling(rate).Keeps));

    [Fact]
    public async Task Of_10000_spans_a_tenth_goes_to_sentry_and_all_go_to_the_collector()
    {
        using var source = new ActivitySource("ProdReady.TraceTests");
        var collector = new Collector(source.Name);
        await using var service = await TrackedService.StartAsync(_sentry.Dsn, configure: builder =>
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddProcessor(collector)));
        var number = 0;
        foreach (var id in TraceIds())
        {
            var parent = new ActivityContext(id, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
            source.StartActivity("work", ActivityKind.Consumer, parent)!.Dispose();
            if (++number % 500 == 0)
            {
                Flush(service);
                await SentrySdk.FlushAsync(TimeSpan.FromSeconds(5));
            }
        }

        var expected = TraceIds().Where(new TraceSampling(0.1).Keeps).Select(id => id.ToHexString()).Order(StringComparer.Ordinal);
        var sent = await Eventually.ReadAsync(
            () => Task.FromResult(Traces(service, "work")), traces => traces.Count >= expected.Count());
        Assert.InRange(sent.Count, Count * 9 / 100, Count * 11 / 100);
        Assert.Equal(expected, sent.Order(StringComparer.Ordinal));
        Assert.Equal(Count, collector.Spans);
        Assert.Empty(_sentry.Refused);
    }

    [Fact]
    public async Task A_request_is_one_trace_at_sentry_and_one_at_the_collector()
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var service = await TrackedService.StartAsync(
            _sentry.Dsn,
            settings:
            [
                TrackedService.SampleRate(1),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", _sentry.Address.ToString()),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/fine");
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");

        using var response = await service.Client.SendAsync(request, Cancellation);

        var sent = await Eventually.ReadAsync(() => Task.FromResult(Traces(service, "GET /fine")), traces => traces.Count > 0);
        Assert.Equal(TraceId, Assert.Single(sent));
        await Eventually.ReadAsync(
            () => Task.FromResult(_sentry.Collected.Any(span => span.TraceId == TraceId)), arrived => arrived);
    }

    private static IEnumerable<ActivityTraceId> TraceIds()
    {
        var random = new Random(Seed);
        var bytes = new byte[16];
        for (var index = 0; index < Count; index++)
        {
            random.NextBytes(bytes);
            yield return ActivityTraceId.CreateFromBytes(bytes);
        }
    }

    private static void Flush(TrackedService service) => service.Services.GetRequiredService<TracerProvider>().ForceFlush();

    private List<string> Traces(TrackedService service, string name)
    {
        Flush(service);
        return _sentry.Traces(name);
    }

    /// <summary>Sees what the operator's own exporter would.</summary>
    private sealed class Collector(string source) : BaseProcessor<Activity>
    {
        private int _spans;

        public int Spans => _spans;

        public override void OnEnd(Activity data)
        {
            if (data.Source.Name == source && data.Recorded)
            {
                Interlocked.Increment(ref _spans);
            }
        }
    }
}
