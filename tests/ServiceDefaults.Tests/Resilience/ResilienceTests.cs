using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly.CircuitBreaker;
using Polly.Timeout;
using ProdReady.ServiceDefaults.Resilience;

namespace ProdReady.ServiceDefaults.Tests.Resilience;

/// <summary>What every HttpClient of a service does when the other side fails.</summary>
public sealed class ResilienceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", 3, HttpStatusCode.OK)]
    [InlineData("PUT", 3, HttpStatusCode.OK)]
    [InlineData("DELETE", 3, HttpStatusCode.OK)]
    [InlineData("POST", 1, HttpStatusCode.ServiceUnavailable)]
    [InlineData("PATCH", 1, HttpStatusCode.ServiceUnavailable)]
    public async Task Only_what_may_be_done_twice_is_tried_again(string method, int calls, HttpStatusCode status)
    {
        await using var server = await FlakyServer.StartAsync(failures: 2);
        await using var app = Service();

        using var response = await SendAsync(app, "", method, server.Url);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(calls, server.Calls.Count);
    }

    [Fact]
    public async Task A_client_that_knows_better_can_repeat_its_posts()
    {
        await using var server = await FlakyServer.StartAsync(failures: 2);
        await using var app = Service(builder => builder.Services.AddHttpClient("idempotent")
            .ConfigureResilience((options, _) =>
            {
                options.RetryUnsafeMethods();
                options.Retry.Delay = TimeSpan.Zero;
            }));

        using var response = await SendAsync(app, "idempotent", "POST", server.Url);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        // Three, not nine: its own handler stands in the place of the default one, not inside it
        Assert.Equal(3, server.Calls.Count);
    }

    [Fact]
    public async Task An_attempt_is_given_up_before_the_call_is()
    {
        var hanging = new HangingHandler();
        await using var app = Service(builder =>
        {
            builder.Configuration["Resilience:AttemptTimeout"] = "00:00:00.100";
            builder.Configuration["Resilience:TotalTimeout"] = "00:05:00";
            builder.Services.AddHttpClient("").ConfigurePrimaryHttpMessageHandler(() => hanging);
        });

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => SendAsync(app, "", "GET", new Uri("http://hanging.example/")));

        // The first attempt and three more, each ended by its own timeout
        Assert.Equal(4, hanging.Calls);
        var caller = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        // Else it would cut in before the total timeout's own, clearer failure
        Assert.Equal(Timeout.InfiniteTimeSpan, caller.Timeout);
    }

    [Fact]
    public async Task One_failing_host_does_not_cut_off_the_others()
    {
        await using var failing = await FlakyServer.StartAsync(failures: int.MaxValue);
        await using var healthy = await FlakyServer.StartAsync();
        await using var app = Service();
        await Assert.ThrowsAsync<BrokenCircuitException>(async () =>
        {
            for (var call = 0; call < 500; call++)
            {
                using var response = await SendAsync(app, "", "POST", failing.Url);
            }
        });

        using var other = await SendAsync(app, "", "GET", healthy.Url);

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.True(failing.Calls.Count < 500, $"{failing.Calls.Count} calls reached the failing host");
    }

    [Fact]
    public async Task A_client_can_call_a_service_by_its_name()
    {
        await using var server = await FlakyServer.StartAsync();
        await using var app = Service(builder =>
            builder.Configuration["services:billing:http:0"] = server.Url.ToString().TrimEnd('/'));

        using var response = await SendAsync(app, "", "GET", new Uri("http://billing/"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public void Wrong_timeouts_are_all_told_at_once()
    {
        var result = new ValidateResilienceOptions().Validate(null, new()
        {
            AttemptTimeout = TimeSpan.FromMinutes(2),
            TotalTimeout = TimeSpan.FromSeconds(90),
        });

        Assert.Equal(
            [
                "Resilience:AttemptTimeout is 00:02:00; it must be 100 ms to 60 s. Example: 00:00:10",
                "Resilience:TotalTimeout is 00:01:30; it must be more than Resilience:AttemptTimeout and at most 10 min. Example: 00:00:30",
            ],
            result.Failures);
        Assert.True(new ValidateResilienceOptions().Validate(null, new()).Succeeded);
    }

    /// <summary>The other side never answers.</summary>
    private sealed class HangingHandler : HttpMessageHandler
    {
        private int _calls;

        public int Calls => _calls;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("Nobody answers here.");
        }
    }

    private static WebApplication Service(Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults();
        // Without the waits between attempts, which are the library's own
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(options => options.Retry.Delay = TimeSpan.Zero);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        return builder.Build();
    }

    private static Task<HttpResponseMessage> SendAsync(WebApplication app, string client, string method, Uri url) =>
        app.Services.GetRequiredService<IHttpClientFactory>().CreateClient(client)
            .SendAsync(new HttpRequestMessage(new HttpMethod(method), url), Cancellation);
}
