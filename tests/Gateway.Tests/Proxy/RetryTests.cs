using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Second attempts at another destination, and their budget.</summary>
public sealed class RetryTests(DataStores stores) : ProxyTest(stores)
{
    private static readonly (string, string?) NoBreaker = ("Proxy:CircuitBreaker:Enabled", "false");

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task A_safe_request_goes_to_another_destination(string method)
    {
        var good = await ServeAsync("good");
        var gateway = await GatewayAsync([NoServer(), good.Url], NoBreaker);
        using var counts = gateway.Counts();

        for (var call = 0; call < 4; call++)
        {
            using var response = await gateway.CallAsync(new HttpMethod(method), "/test/a");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, counts["retries{cluster=test,outcome=made}"]);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_refusal_is_held_back_and_another_destination_asked(int status)
    {
        var bad = await ServeAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["X-Bad"] = "1";
            return context.Response.WriteAsync("bad");
        });
        var good = await ServeAsync("good");
        var gateway = await GatewayAsync([bad.Url, good.Url], NoBreaker);

        for (var call = 0; call < 4; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
            Assert.Equal("good", await TextAsync(response));
            Assert.Null(response.Header("X-Bad"));
        }

        Assert.Equal(2, bad.Requests);
    }

    [Fact]
    public async Task If_all_refuse_the_last_answer_passes_unchanged()
    {
        RequestDelegate refuse = context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("busy");
        };
        var (one, two) = (await ServeAsync(refuse), await ServeAsync(refuse));
        var gateway = await GatewayAsync([one.Url, two.Url], NoBreaker);

        using var response = await gateway.GetAsync("/test/a");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (response.StatusCode, await TextAsync(response)));
        Assert.Equal((1, 1), (one.Requests, two.Requests));
    }

    [Fact]
    public async Task Other_methods_bodies_and_answers_are_not_repeated()
    {
        var bad = await ServeAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        var error = await ServeAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        var gateway = await GatewayAsync([bad.Url, bad.Url + "/b"], NoBreaker);
        var other = await GatewayAsync([error.Url, error.Url + "/b"], NoBreaker);

        using var post = await gateway.CallAsync(HttpMethod.Post, "/test/a");
        using var body = await gateway.SendAsync(new(HttpMethod.Get, "/test/a") { Content = new StringContent("x") });
        using var failed = await other.GetAsync("/test/a");

        Assert.Equal(2, bad.Requests);
        Assert.Equal(1, error.Requests);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
    }

    [Theory]
    [InlineData("Proxy:Retries:MaxRetries")]
    [InlineData($"{Route}:Metadata:Retries")]
    public async Task Retries_can_be_turned_off(string setting)
    {
        var gateway = await GatewayAsync([NoServer(), NoServer()], NoBreaker, (setting, "0"));
        using var counts = gateway.Counts();

        using var response = await gateway.GetAsync("/test/a");

        await response.ProblemAsync(HttpStatusCode.BadGateway);
        Assert.Equal(0, counts["retries{cluster=test,outcome=made}"]);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_begun_again()
    {
        var begun = new TaskCompletionSource();
        var half = await ServeAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await begun.Task;
            context.Abort();
        });
        var gateway = await GatewayAsync([half.Url, half.Url + "/b"], NoBreaker);
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };
        using var response = await client.GetAsync("/test/a", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        begun.SetResult();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => TextAsync(response));

        Assert.Equal(1, half.Requests);
    }

    [Fact]
    public async Task A_used_up_budget_ends_the_retries()
    {
        var gateway = await GatewayAsync(
            [NoServer(), NoServer()], NoBreaker, ("Proxy:Retries:MinPerSecond", "0"), ("Proxy:Retries:BudgetRatio", "0.2"));
        using var counts = gateway.Counts();

        for (var call = 0; call < 20; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
            await response.ProblemAsync(HttpStatusCode.BadGateway);
        }

        // A fifth of 20; fewer if the window moved on meanwhile
        Assert.InRange(counts["retries{cluster=test,outcome=made}"], 1, 4);
        Assert.Equal(20, counts["retries{cluster=test,outcome=made}"] + counts["retries{cluster=test,outcome=no_budget}"]);
    }
}
