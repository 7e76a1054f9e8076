using System.Text;
using OpenTelemetry.Trace;
using ProdReady.Testing;
using Sentry;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>Nothing of a caller's secrets gets to Sentry, whatever part of an event or a trace could hold it.</summary>
[Collection("Sentry")]
public sealed class ScrubbingTests : IAsyncLifetime
{
    private static readonly string[] Secrets =
    [
        "hunter2", "2348031234567", "chocolate-chip", "query-value", "body-value", "key-value", "Ada", "10.11.12.13", "the-user",
    ];

    private FakeSentry _sentry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sentry = await FakeSentry.StartAsync();

    public ValueTask DisposeAsync() => _sentry.DisposeAsync();

    [Fact]
    public async Task A_failing_request_gives_nothing_of_its_caller_away()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn, settings: TrackedService.SampleRate(1));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders/7?name=Ada&token=query-value")
        {
            Content = new StringContent("""{"card":"body-value"}""", Encoding.UTF8, "application/json"),
            Headers =
            {
                { "Authorization", "Bearer hunter2" },
                { "X-Api-Key", "key-value" },
                { "Cookie", "session=chocolate-chip" },
                { "X-Forwarded-For", "10.11.12.13" },
            },
        };

        using (await service.Client.SendAsync(request, Cancellation))
        {
        }

        var item = Assert.Single(await _sentry.EventsAsync());
        AssertClean(item.Text);
        Assert.Equal("name=***&token=***", item.Payload.GetProperty("request").GetProperty("query_string").GetString()!.TrimStart('?'));
        Assert.Equal(
            "order 7 broke, call +2348*****67",
            item.Payload.GetProperty("exception").GetProperty("values")[0].GetProperty("value").GetString());
        await Eventually.ReadAsync(
            () =>
            {
                service.Services.GetRequiredService<TracerProvider>().ForceFlush();
                return Task.FromResult(_sentry.Traces("POST /orders/{id}"));
            },
            traces => traces.Count == 1);
        AssertClean(_sentry.TraceText.ToString());
    }

    [Fact]
    public async Task What_code_puts_on_an_event_itself_is_scrubbed_too()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);
        var exception = new InvalidOperationException("outer, password=hunter2", new InvalidOperationException("inner +2348031234567"));
        exception.Data["Detail"] = "token: query-value";
        using (SentrySdk.PushScope())
        {
            SentrySdk.AddBreadcrumb("called +2348031234567", data: new Dictionary<string, string> { ["secret"] = "hunter2" });
            SentrySdk.CaptureEvent(new SentryEvent(exception), scope =>
            {
                scope.User = new SentryUser { Username = "the-user", IpAddress = "10.11.12.13" };
                scope.SetTag("api-key", "key-value");
                scope.SetExtra("payer", "+2348031234567");
                scope.SetExtra("payment", new { Card = "+2348031234567" });
                scope.Request.Data = "body-value";
                scope.Request.Cookies = "session=chocolate-chip";
                scope.Request.Headers["Authorization"] = "Bearer hunter2";
                scope.Request.QueryString = "?name=Ada";
            });
        }

        AssertClean(Assert.Single(await _sentry.EventsAsync()).Text);
    }

    private static void AssertClean(string text) =>
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
}
