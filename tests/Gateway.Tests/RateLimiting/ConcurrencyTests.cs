using System.Net;
using ProdReady.Gateway.Tests.Proxy;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>So many requests at a time, as callers meet it.</summary>
public sealed class ConcurrencyTests(DataStores stores) : ProxyTest(stores)
{
    private const string Policies = "\"running\";q=1;qu=\"concurrent-requests\"";
    private readonly TaskCompletionSource _release = new();

    [Fact]
    public async Task A_second_request_is_refused_until_the_first_has_its_answer()
    {
        var (gateway, upstream) = await StartAsync();
        var first = HoldAsync(gateway, upstream, Cancellation);
        await first.Reached;

        using var refused = await gateway.GetAsync("/test/b");
        using var elsewhere = await gateway.GetAsync("/test/b", "192.0.2.1");

        var problem = await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(Policies, refused.Header("RateLimit-Policy"));
        // Nobody knows when a request ends, so there is no t
        Assert.Equal("\"running\";r=0", refused.Header("RateLimit"));
        Assert.Equal("The policy 'running' allows 1 request at a time. Try again in 1 s.", problem.GetProperty("detail").GetString());
        Assert.Equal("running", Assert.Single(problem.GetProperty("violated-policies").EnumerateArray()).GetString());
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        Assert.Equal(2, upstream.Requests);

        _release.SetResult();
        using var held = await first.Answer;
        Assert.Equal((HttpStatusCode.OK, Policies), (held.StatusCode, held.Header("RateLimit-Policy")));
        Assert.Equal("\"running\";r=0", held.Header("RateLimit"));
        await PassesAsync(gateway);
    }

    [Fact]
    public async Task A_request_that_its_client_broke_off_leaves_its_place()
    {
        var (gateway, upstream) = await StartAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = HoldAsync(gateway, upstream, end.Token);
        await first.Reached;

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Answer);
        await PassesAsync(gateway);
    }

    [Fact]
    public async Task A_request_whose_upstream_fails_leaves_its_place()
    {
        var gateway = await GatewayAsync([NoServer()], Settings);

        for (var call = 0; call < 3; call++)
        {
            await Eventually.ReadAsync(
                async () =>
                {
                    using var response = await gateway.GetAsync("/test/b");
                    return response.StatusCode;
                },
                status => status == HttpStatusCode.BadGateway);
        }
    }

    private static (string, string?)[] Settings =>
    [
        ($"{Route}:RateLimiterPolicy", "running"),
        ("RateLimiting:Policies:running:Limit", "1"),
        ("RateLimiting:Policies:running:Window", "00:10:00"),
        ("RateLimiting:Policies:running:Algorithm", "concurrency"),
        ("Proxy:CircuitBreaker:Enabled", "false"),
    ];

    private async Task<(GatewayApp Gateway, LiveServer Upstream)> StartAsync()
    {
        var upstream = await ServeAsync(async context =>
        {
            if (context.Request.Path == "/test/held")
            {
                await _release.Task.WaitAsync(context.RequestAborted);
            }

            await context.Response.WriteAsync("done", context.RequestAborted);
        });
        return (await GatewayAsync([upstream.Url], Settings), upstream);
    }

    private (Task Reached, Task<HttpResponseMessage> Answer) HoldAsync(GatewayApp gateway, LiveServer upstream, CancellationToken end)
    {
        // Not by the gateway's own client: to break off a request is to close its connection
        var client = Own(new Client(gateway.Url));
        var answer = client.Http.GetAsync("/test/held", end);
        return (Eventually.ReadAsync(() => Task.FromResult(upstream.Requests), requests => requests == 1), answer);
    }

    /// <summary>The place comes free a moment after the client has its answer.</summary>
    private static async Task PassesAsync(GatewayApp gateway) => await Eventually.ReadAsync(
        async () =>
        {
            using var response = await gateway.GetAsync("/test/b");
            return response.StatusCode;
        },
        status => status == HttpStatusCode.OK);

    private sealed class Client(Uri url) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new() { BaseAddress = url };

        public ValueTask DisposeAsync()
        {
            Http.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
