using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>A gateway in a process of its own that gets a SIGTERM while it has work to do.</summary>
public sealed class SigtermTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task Not_ready_first_then_what_is_under_way_is_finished_and_it_ends_with_0()
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
        await using var gateway = await ServiceProcess.StartAsync("Gateway", await SettingsAsync(upstream.Url));
        using var client = new HttpClient { BaseAddress = gateway.Url };
        var slow = client.GetStringAsync("/test/slow", Cancellation);
        await Eventually.ReadAsync(() => Task.FromResult(upstream.Requests), requests => requests > 0);

        gateway.Terminate();

        // It still answers whoever asks, that it is not ready as well as what it is asked for
        var ready = await Eventually.ReadAsync(() => StatusAsync(client, "/health/ready"), status => status != HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        Assert.Equal("done", await client.GetStringAsync("/test/late", Cancellation));
        Assert.False(slow.IsCompleted);
        // Past the delay no connection is accepted any more; what is under way goes on
        await Eventually.ReadAsync(() => IsClosedAsync(gateway.Url), closed => closed);
        Assert.False(gateway.Exited.IsCompleted);
        release.SetResult();
        Assert.Equal("done", await slow);
        Assert.Equal(0, await gateway.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancellation);
        return response.StatusCode;
    }

    private static async Task<bool> IsClosedAsync(Uri url)
    {
        using var client = new HttpClient { BaseAddress = url };
        try
        {
            await StatusAsync(client, "/health/live");
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(string upstream) => new()
    {
        ["ConnectionStrings__redis"] = Stores.RedisConnectionString,
        ["ConnectionStrings__prodready"] = (await Stores.SharedDatabaseAsync()).ConnectionString,
        ["RateLimiting__KeyPrefix"] = DataStores.CreateRedisPrefix(),
        ["Draining__Delay"] = "00:00:02",
        ["ReverseProxy__Routes__test__ClusterId"] = "test",
        ["ReverseProxy__Routes__test__Match__Path"] = "/test/{**path}",
        ["ReverseProxy__Clusters__test__Destinations__a__Address"] = upstream,
    };
}
