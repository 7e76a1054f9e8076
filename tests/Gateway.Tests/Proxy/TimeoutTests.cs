using System.Net;
using System.Net.Sockets;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>Upstreams that are slow in each of the ways there are.</summary>
public sealed class TimeoutTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task An_upstream_that_refuses_is_a_502_that_does_not_name_it()
    {
        var url = NoServer();
        var gateway = await GatewayAsync([url]);

        using var response = await gateway.GetAsync("/test/a");

        var problem = await response.ProblemAsync(HttpStatusCode.BadGateway);
        Assert.DoesNotContain(new Uri(url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), problem.ToString());
    }

    [Fact]
    public async Task An_upstream_that_does_not_accept_is_a_504()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        // Nobody accepts: once the backlog is full, the kernel does not answer any more
        var waiting = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        foreach (var socket in waiting)
        {
            socket.Blocking = false;
            try
            {
                socket.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // Under way
            }
        }

        var gateway = await GatewayAsync(
            [$"http://{listener.LocalEndPoint}"], ($"{Cluster}:Metadata:ConnectTimeout", "00:00:00.200"));

        using var response = await gateway.GetAsync("/test/a");

        await response.ProblemAsync(HttpStatusCode.GatewayTimeout);
        Array.ForEach(waiting, socket => socket.Dispose());
    }

    [Fact]
    public async Task An_upstream_that_does_not_answer_is_a_504()
    {
        var upstream = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var gateway = await GatewayAsync([upstream.Url], ($"{Cluster}:HttpRequest:ActivityTimeout", "00:00:00.300"));

        using var response = await gateway.GetAsync("/test/a");

        await response.ProblemAsync(HttpStatusCode.GatewayTimeout);
    }

    [Theory]
    [InlineData($"{Route}:Timeout")]
    [InlineData("Proxy:Timeouts:Total")]
    public async Task The_total_time_bounds_an_answer_that_does_not_come(string setting)
    {
        var upstream = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var gateway = await GatewayAsync([upstream.Url], (setting, "00:00:00.300"));

        using var response = await gateway.GetAsync("/test/a");

        await response.ProblemAsync(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task The_total_time_breaks_off_an_answer_that_drips()
    {
        var upstream = await ServeAsync(DripAsync("application/json"));
        var gateway = await GatewayAsync([upstream.Url], ($"{Route}:Timeout", "00:00:00.500"));

        // Broken off, so that nobody takes what has come for all of it
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => await gateway.GetAsync("/test/a"));
    }

    [Fact]
    public async Task The_total_time_does_not_end_an_event_stream()
    {
        var upstream = await ServeAsync(DripAsync("text/event-stream", 20));
        var gateway = await GatewayAsync([upstream.Url], ($"{Route}:Timeout", "00:00:00.500"));

        using var response = await gateway.GetAsync("/test/a");

        // 20 events, 50 ms apart: twice the total time
        Assert.Equal(string.Concat(Enumerable.Repeat("data: x\n\n", 20)), await TextAsync(response));
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_timeout_and_ends_the_upstreams_work()
    {
        var left = new TaskCompletionSource();
        var upstream = await ServeAsync(async context =>
        {
            context.RequestAborted.Register(left.SetResult);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var gateway = await GatewayAsync([upstream.Url]);
        using var client = new HttpClient { BaseAddress = gateway.ClientOptions.BaseAddress };
        using var leaving = new CancellationTokenSource();
        var call = client.GetAsync("/test/a", leaving.Token);
        await Eventually.ReadAsync(() => Task.FromResult(upstream.Requests), requests => requests == 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    private static RequestDelegate DripAsync(string type, int times = int.MaxValue) => async context =>
    {
        context.Response.ContentType = type;
        for (var time = 0; time < times; time++)
        {
            await context.Response.WriteAsync("data: x\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(50), context.RequestAborted);
        }
    };
}
