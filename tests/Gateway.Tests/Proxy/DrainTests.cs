using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A gateway that is told to stop while it has work to do.</summary>
public sealed class DrainTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task Not_ready_first_then_serving_on_and_no_request_is_lost()
    {
        var release = new TaskCompletionSource();
        var upstream = await ServeAsync(async context =>
        {
            if (context.Request.Path == "/test/slow")
            {
                await release.Task;
            }

            await context.Response.WriteAsync("done");
        });
        var gateway = await GatewayAsync([upstream.Url], ("Draining:Delay", "00:00:02"));
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };
        var slow = client.GetStringAsync("/test/slow", Cancellation);
        await Eventually.ReadAsync(() => Task.FromResult(upstream.Requests), requests => requests > 0);
        var notReady = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => CallUntilAsync(client, notReady.Token)).ToArray();

        // As SIGTERM does
        var lifetime = gateway.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.StopApplication();

        // What a load balancer does: it asks, and sends no more once the answer is no
        await Eventually.ReadAsync(
            async () =>
            {
                using var ready = await client.GetAsync("/health/ready", Cancellation);
                return ready.StatusCode;
            },
            status => status == HttpStatusCode.ServiceUnavailable);
        using var late = await client.GetAsync("/test/late", Cancellation);
        Assert.Equal((HttpStatusCode.OK, true), (late.StatusCode, late.Headers.ConnectionClose));
        await notReady.CancelAsync();
        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 0));
        Assert.False(lifetime.ApplicationStopped.IsCancellationRequested);
        release.SetResult();
        Assert.Equal("done", await slow);
        await Eventually.ReadAsync(
            () => Task.FromResult(lifetime.ApplicationStopped.IsCancellationRequested), stopped => stopped);
    }

    private static async Task<int> CallUntilAsync(HttpClient client, CancellationToken end)
    {
        var calls = 0;
        while (!end.IsCancellationRequested)
        {
            Assert.Equal("done", await client.GetStringAsync("/test/a", Cancellation));
            calls++;
        }

        return calls;
    }
}
