using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>What becomes an event, how often, and what it says.</summary>
[Collection("Sentry")]
public sealed class ErrorEventTests : IAsyncLifetime
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CorrelationId = "case-42";
    private FakeSentry _sentry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sentry = await FakeSentry.StartAsync();

    public ValueTask DisposeAsync() => _sentry.DisposeAsync();

    [Fact]
    public async Task An_unhandled_exception_is_one_event_that_leads_to_its_request()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);

        using var response = await SendAsync(service, Request(HttpMethod.Post, "/orders/7"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var item = await SingleEventAsync(service);
        var @event = item.Payload;
        AssertLeadsToRequest(item);
        Assert.Equal("error", Text(@event, "level"));
        Assert.Equal("POST /orders/{id}", Text(@event, "transaction"));
        var exception = Assert.Single(@event.GetProperty("exception").GetProperty("values").EnumerateArray());
        Assert.Equal("System.InvalidOperationException", Text(exception, "type"));
        Assert.False(exception.GetProperty("mechanism").GetProperty("handled").GetBoolean());
        Assert.NotEmpty(exception.GetProperty("stacktrace").GetProperty("frames").EnumerateArray());
    }

    [Fact]
    public async Task An_event_names_release_environment_and_server()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);
        using var response = await SendAsync(service, Request(HttpMethod.Get, "/logged"));

        var @event = (await SingleEventAsync(service)).Payload;

        var version = Assembly.GetEntryAssembly()!.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.Equal((version, "Production", Environment.MachineName), Origin(@event));
        Assert.Equal("servicedefaults.tests", Text(@event.GetProperty("tags"), "service"));
    }

    [Fact]
    public async Task Release_and_environment_can_be_set()
    {
        await using var service = await TrackedService.StartAsync(
            _sentry.Dsn, settings: [("Sentry:Release", "shop@7.1"), ("Sentry:Environment", "blue")]);
        using var response = await SendAsync(service, Request(HttpMethod.Get, "/logged"));

        var @event = (await SingleEventAsync(service)).Payload;

        Assert.Equal(("shop@7.1", "blue", Environment.MachineName), Origin(@event));
    }

    [Fact]
    public async Task An_error_line_is_an_event_with_its_template_and_fields()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);

        using var response = await SendAsync(service, Request(HttpMethod.Get, "/logged"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var item = await SingleEventAsync(service);
        AssertLeadsToRequest(item);
        Assert.Equal("Payment {Payment} of {Payer} was declined with {Token}", Text(item.Payload.GetProperty("logentry"), "message"));
        Assert.Equal("Payment A-7 of +2348*****67 was declined with ***", Text(item.Payload.GetProperty("logentry"), "formatted"));
        Assert.Equal("A-7", Text(item.Payload.GetProperty("extra"), "Payment"));
        Assert.Equal("Declined", Text(item.Payload.GetProperty("tags"), "event"));
    }

    [Theory]
    [InlineData("/logged-and-thrown")]
    [InlineData("/half")]
    public async Task One_failure_is_one_event_however_often_it_is_logged(string path)
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);

        await Record.ExceptionAsync(async () => (await SendAsync(service, Request(HttpMethod.Get, path))).Dispose());

        AssertLeadsToRequest(await SingleEventAsync(service));
    }

    [Fact]
    public async Task A_callers_mistake_is_no_event()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn, configure: builder =>
            builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = 10));
        var requests = new[]
        {
            Request(HttpMethod.Get, "/nothing"),
            Request(HttpMethod.Get, "/body"),
            Request(HttpMethod.Post, "/body", "{oops"),
            Request(HttpMethod.Post, "/body", """{"this":"is longer than ten bytes"}"""),
            Request(HttpMethod.Post, "/raw", "longer than ten bytes"),
        };
        foreach (var request in requests)
        {
            using var response = await SendAsync(service, request);
            Assert.InRange((int)response.StatusCode, 400, 499);
        }

        await service.StopAsync();
        Assert.Empty(await _sentry.EventsAsync());
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_event()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);
        var waiting = service.Services.GetRequiredService<Waiting>();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var call = service.Client.GetAsync("/waiting", giveUp.Token);
        await waiting.Began.Task.WaitAsync(Cancellation);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await waiting.Ended.Task.WaitAsync(Cancellation);
        await service.StopAsync();
        Assert.Empty(await _sentry.EventsAsync());
    }

    private static async Task<HttpResponseMessage> SendAsync(TrackedService service, HttpRequestMessage request) =>
        await service.Client.SendAsync(request, Cancellation);

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body = null) => new(method, path)
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { { "X-Correlation-ID", CorrelationId }, { "traceparent", $"00-{TraceId}-00f067aa0ba902b7-01" } },
    };

    private static void AssertLeadsToRequest(SentryItem item)
    {
        Assert.Equal(TraceId, Text(item.Payload.GetProperty("contexts").GetProperty("trace"), "trace_id"));
        Assert.Equal(TraceId, Text(item.EnvelopeHeader.GetProperty("trace"), "trace_id"));
        Assert.Equal(CorrelationId, Text(item.Payload.GetProperty("tags"), "correlationId"));
    }

    private static (string?, string?, string?) Origin(JsonElement @event) =>
        (Text(@event, "release"), Text(@event, "environment"), Text(@event, "server_name"));

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<SentryItem> SingleEventAsync(TrackedService service)
    {
        await service.StopAsync();
        return Assert.Single(await _sentry.EventsAsync());
    }
}
