using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.ErrorTracking;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

public sealed class DeliveryHandlerTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<DeliveryMetrics>().BuildServiceProvider();
    private readonly WarningLog _log = new(typeof(DeliveryHandler).FullName!);
    private readonly FakeTimeProvider _time = new();
    private readonly MeterListener _listener = new();
    private readonly ILoggerFactory _loggers;
    private long _undelivered;

    public DeliveryHandlerTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "prodready.error_tracking.undelivered")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _undelivered, value));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _loggers.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Every_failure_is_counted_and_one_a_minute_is_warned_about()
    {
        using var client = Client(new Answer(HttpStatusCode.Forbidden));

        await GetAsync(client, times: 3);
        Assert.Equal(
            "Sentry at sentry.local does not take events or traces: it answered 403. They are dropped; requests go on. Check SENTRY_DSN",
            Assert.Single(_log.Lines));
        _time.Advance(TimeSpan.FromSeconds(59));
        await GetAsync(client, times: 1);
        Assert.Single(_log.Lines);
        _time.Advance(TimeSpan.FromSeconds(2));
        await GetAsync(client, times: 1);

        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal(5, _undelivered);
    }

    [Fact]
    public async Task A_delivery_that_arrives_is_no_failure()
    {
        using var client = Client(new Answer(HttpStatusCode.OK));
        await GetAsync(client, times: 1);
        Assert.Equal((0, 0), (_log.Lines.Count, _undelivered));
    }

    [Fact]
    public async Task A_broken_connection_is_a_failure_and_stays_one_for_the_sender()
    {
        using var client = Client(new Answer(status: null));

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client, times: 1));

        Assert.Contains("HttpRequestException", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal(1, _undelivered);
    }

    private HttpClient Client(HttpMessageHandler answer) => new(new DeliveryHandler(
        answer, _services.GetRequiredService<DeliveryMetrics>(), _loggers.CreateLogger<DeliveryHandler>(), _time));

    private static async Task GetAsync(HttpClient client, int times)
    {
        for (var time = 0; time < times; time++)
        {
            using var response = await client.GetAsync("http://sentry.local/", TestContext.Current.CancellationToken);
        }
    }

    private sealed class Answer(HttpStatusCode? status) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            status is { } code
                ? Task.FromResult(new HttpResponseMessage(code) { RequestMessage = request })
                : throw new HttpRequestException("refused");
    }
}
