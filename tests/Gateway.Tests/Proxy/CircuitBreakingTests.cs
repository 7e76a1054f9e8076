using System.Globalization;
using System.Net;
using ProdReady.Gateway.Proxy.Attempts;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Destinations that keep failing, as callers and operators meet them.</summary>
public sealed class CircuitBreakingTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task If_all_are_left_alone_the_answer_is_503_at_once_and_says_for_how_long()
    {
        var gateway = await GatewayAsync([NoServer()]);
        using var counts = gateway.Counts();
        for (var call = 0; call < 5; call++)
        {
            using var failed = await gateway.CallAsync(HttpMethod.Post, "/test/a");
            await failed.ProblemAsync(HttpStatusCode.BadGateway);
        }

        using var refused = await gateway.CallAsync(HttpMethod.Post, "/test/a");

        await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 10);
        Assert.Equal(2, counts["circuit.state{cluster=test,destination=a}"]);
        Assert.Equal(1, counts["circuits.opened{cluster=test}"]);
        Assert.Equal(
            "Destination a of cluster test keeps failing; no request goes there for 00:00:10",
            Assert.Single(gateway.Logs.Of<AttemptsMiddleware>()).Text);
    }

    [Fact]
    public async Task One_that_works_again_gets_its_share_again()
    {
        var url = NoServer();
        var good = await ServeAsync("good");
        var gateway = await GatewayAsync(
            [url, good.Url], ("Proxy:CircuitBreaker:ConsecutiveFailures", "1"), ("Proxy:CircuitBreaker:OpenFor", "00:00:00.200"));
        using var counts = gateway.Counts();
        for (var call = 0; call < 2; call++)
        {
            using var first = await gateway.GetAsync("/test/a");
            Assert.Equal("good", await TextAsync(first));
        }

        Assert.Equal(1, counts["circuits.opened{cluster=test}"]);
        Own(await LiveServer.StartAsync(url, context => context.Response.WriteAsync("again")));

        await Eventually.ReadAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/test/a");
                return await TextAsync(response);
            },
            text => text == "again");

        Assert.Equal(0, counts["circuit.state{cluster=test,destination=a}"]);
    }

    [Fact]
    public async Task A_try_that_fails_and_goes_elsewhere_says_nothing_of_where_it_goes()
    {
        var good = await ServeAsync("good");
        var gateway = await GatewayAsync(
            [NoServer(), good.Url], ("Proxy:CircuitBreaker:ConsecutiveFailures", "1"), ("Proxy:CircuitBreaker:OpenFor", "00:00:00.200"));
        using var counts = gateway.Counts();

        // Opened by its first failure, and again by each try
        await Eventually.ReadAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/test/a");
                Assert.Equal("good", await TextAsync(response));
                return counts["circuits.opened{cluster=test}"];
            },
            opened => opened >= 3);

        Assert.All(
            gateway.Logs.Of<AttemptsMiddleware>(),
            line => Assert.StartsWith("Destination a of cluster test keeps failing", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_finds_it_working_again_does_not_keep_the_others_out_while_it_lasts()
    {
        var url = NoServer();
        var gateway = await GatewayAsync(
            [url], ("Proxy:CircuitBreaker:ConsecutiveFailures", "1"), ("Proxy:CircuitBreaker:OpenFor", "00:00:00.200"));
        using var counts = gateway.Counts();
        using var failed = await gateway.CallAsync(HttpMethod.Post, "/test/a");
        await failed.ProblemAsync(HttpStatusCode.BadGateway);
        var end = new TaskCompletionSource();
        Own(await LiveServer.StartAsync(url, async context =>
        {
            await context.Response.WriteAsync("begins", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await (context.Request.Path == "/test/stream" ? end.Task.WaitAsync(context.RequestAborted) : Task.CompletedTask);
        }));
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };

        using var stream = await Eventually.ReadAsync(
            () => client.GetAsync("/test/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation),
            response => response.StatusCode == HttpStatusCode.OK);
        using var other = await client.GetAsync("/test/a", Cancellation);

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(0, counts["circuit.state{cluster=test,destination=a}"]);
        end.SetResult();
        Assert.Equal("begins", await stream.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_only_destinations_own_errors_pass()
    {
        var busy = await ServeAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("busy");
        });
        var gateway = await GatewayAsync([busy.Url]);

        for (var call = 0; call < 10; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
            Assert.Equal("busy", await TextAsync(response));
        }
    }
}
