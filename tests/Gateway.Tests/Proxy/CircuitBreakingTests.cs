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
    public async Task Clients_whose_uploads_are_refused_take_it_from_nobody_else()
    {
        using var closed = new SemaphoreSlim(0);
        await using var upstream = new RawUpstream(async (socket, request) =>
        {
            var isUpload = request.StartsWith("POST", StringComparison.Ordinal);
            await RawUpstream.SendAsync(socket, $"HTTP/1.1 {(isUpload ? "413 Too Large" : "200 OK")}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            if (isUpload)
            {
                // A reset, as of a server that is tired of reading
                await RawUpstream.ReceiveAsync(socket);
                socket.LingerState = new(enable: true, seconds: 0);
                socket.Close();
                closed.Release();
            }
        }).Start();
        var gateway = await GatewayAsync([upstream.Url]);
        using var counts = gateway.Counts();
        for (var call = 0; call < 6; call++)
        {
            await using var upload = await RawClient.ConnectAsync(gateway.ClientOptions.BaseAddress);
            await upload.SendAsync("POST /test/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + new string('x', 20_000));
            await upload.SendAsync(new string('x', 20_000));
            Assert.True(await closed.WaitAsync(TimeSpan.FromSeconds(20), Cancellation), $"Upload {call} did not come to the upstream");
            await upload.SendAsync(new string('x', 20_000));
            Assert.StartsWith("HTTP/1.1 413", await upload.ReadToEndAsync(TimeSpan.FromMilliseconds(500)), StringComparison.Ordinal);
        }

        using var other = await gateway.GetAsync("/test/a");

        Assert.Equal("ok", await TextAsync(other));
        Assert.Equal(0, counts["circuits.opened{cluster=test}"]);
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
