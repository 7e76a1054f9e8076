using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>Receivers that do not do as they should.</summary>
public sealed class FailureTests(DataStores stores) : DeliveryTest(stores)
{
    [Fact]
    public async Task Wrong_then_right_is_delivered_and_every_try_is_kept()
    {
        var sink = await SinkAsync(500, 404);
        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "delivered", 3);
        Assert.Equal(["1", "2", "3"], sink.All.Select(one => one.Headers["X-Webhook-Attempt"]));
        Assert.Single(sink.All.Select(one => one.Headers["webhook-id"]).Distinct());
        Assert.Equal(
            "1 500 It answered 500. answer 1: no;2 404 It answered 404. answer 2: no;3 204",
            await TextAsync(
                """
                SELECT string_agg(concat_ws(' ', number, status, error, nullif(convert_from(response, 'UTF8'), '')), ';' ORDER BY number)
                FROM webhooks.attempts
                """));
    }

    [Fact]
    public async Task Exhausted_schedule_is_a_dead_letter_with_the_last_answer()
    {
        var sink = await SinkAsync(500, 500, 502);
        var app = Start(sink);
        using var counts = new MeterCounts(
            app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.webhooks.delivery.");

        var id = await ReceiveAsync(app);

        await StateAsync(id, "dead", 3);
        Assert.Equal("3|502|It answered 502.|answer 3: no", await LastTryAsync(id));
        Assert.Equal("502", await TextAsync("SELECT last_status::text FROM webhooks.deliveries"));
        await EmptyAsync();
        Assert.Equal(1, counts["dead{destination=shop}"]);
        Assert.Equal(3, counts["attempts{destination=shop,outcome=failed}"]);
    }

    [Fact]
    public async Task Redirect_is_a_failure_that_says_so()
    {
        var target = await SinkAsync();
        var sink = await SinkAsync((context, _) =>
        {
            context.Response.Redirect(target.Url);
            return Task.CompletedTask;
        });

        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "dead", 3);
        Assert.StartsWith("3|302|It answered 302, a redirect; these are not followed.", await LastTryAsync(id), StringComparison.Ordinal);
        Assert.Empty(target.All);
    }

    [Fact]
    public async Task Hanging_receiver_is_left_after_its_time()
    {
        var sink = await SinkAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var id = await ReceiveAsync(Start(sink, ("shop:Timeout", "00:00:00.2")));

        await StateAsync(id, "dead", 3);
        Assert.Equal("3|-|There was no answer within 0.2 s.|-", await LastTryAsync(id));
    }

    [Fact]
    public async Task Resetting_receiver_is_a_failed_try()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(Cancellation);
                // One byte of the request first, so that it is the answer that is missing
                await socket.ReceiveAsync(new byte[1], Cancellation);
                socket.LingerState = new(true, 0);
            }
        }, Cancellation);

        var id = await ReceiveAsync(Start($"http://{listener.LocalEndpoint}/"));

        await StateAsync(id, "dead", 3);
        Assert.Contains("It reset the connection.", await LastTryAsync(id), StringComparison.Ordinal);
        Assert.False(accepting.IsFaulted);
    }

    /// <summary>The exception quotes the answer, and Postgres takes no zero: the try would not be recorded, and the delivery never end.</summary>
    [Fact]
    public async Task Zeros_for_an_answer_are_a_failed_try()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(Cancellation);
                await socket.ReceiveAsync(new byte[64 * 1024], Cancellation);
                await socket.SendAsync("\0\0no status\0\r\n\r\n"u8.ToArray(), Cancellation);
                socket.Shutdown(SocketShutdown.Send);
            }
        }, Cancellation);

        var id = await ReceiveAsync(Start($"http://{listener.LocalEndpoint}/"));

        await StateAsync(id, "dead", 3);
        Assert.Contains("no status", await LastTryAsync(id), StringComparison.Ordinal);
        Assert.False(answering.IsFaulted);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_a_failed_try()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/";
        listener.Stop();

        var id = await ReceiveAsync(Start(url));

        await StateAsync(id, "dead", 3);
        Assert.Equal("3|-|It refused the connection.|-", await LastTryAsync(id));
    }

    [Fact]
    public async Task Huge_answer_is_read_for_a_kilobyte_only()
    {
        // Without an end, so that nothing but hanging up ends it
        var sink = await SinkAsync(async (context, _) =>
        {
            var part = new byte[64 * 1024];
            Array.Fill(part, (byte)'x');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
            }
        });

        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "delivered", 1);
        Assert.Equal($"1|200|-|{new string('x', 1024)}", await LastTryAsync(id));
    }

    [Fact]
    public async Task Answer_that_never_ends_counts_by_its_status()
    {
        var sink = await SinkAsync(async (context, _) =>
        {
            await context.Response.WriteAsync("first words", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "delivered", 1);
        Assert.Equal("1|200|-|first words", await LastTryAsync(id));
    }

    [Fact]
    public async Task Too_many_headers_are_a_failed_try()
    {
        var sink = await SinkAsync((context, _) =>
        {
            context.Response.Headers["X-Huge"] = new string('x', 30_000);
            return Task.CompletedTask;
        });

        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "dead", 3);
        Assert.Contains("headers", await LastTryAsync(id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task Retry_after_is_heeded(int status, bool asDate)
    {
        var sink = await SinkAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = asDate
                ? TimeProvider.System.GetUtcNow().AddHours(1).ToString("R", CultureInfo.InvariantCulture)
                : "3600";
            return Task.CompletedTask;
        });

        var id = await ReceiveAsync(Start(sink));

        await StateAsync(id, "pending", 1);
        await Eventually.ReadAsync(
            () => TextAsync("SELECT (due_at - now() BETWEEN interval '58 min' AND interval '61 min')::text FROM webhooks.jobs"),
            waits => waits == "true");
    }

    [Fact]
    public async Task A_slow_receiver_does_not_hold_up_another()
    {
        var slow = await SinkAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var quick = await SinkAsync();
        var app = Start(
            slow,
            ("shop:Concurrency", "1"),
            ("Webhooks:Destinations:quick:Url", quick.Url),
            ("Webhooks:Destinations:quick:SigningSecret", SigningSecret),
            ("Webhooks:Destinations:quick:Subscriptions:0", "stripe"));

        for (var number = 0; number < 5; number++)
        {
            await ReceiveAsync(app);
        }

        await ReceivedAsync(quick, 5);
        Assert.Single(slow.All);
    }
}
