using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>From receipt to a receiver.</summary>
public sealed class DeliveryTests(DataStores stores) : DeliveryTest(stores)
{
    [Fact]
    public async Task Event_arrives_with_its_own_bytes_and_a_signature_for_them()
    {
        var sink = await SinkAsync();
        var app = Start(sink, ("shop:Headers:0", "Stripe-Signature"));

        var id = await ReceiveAsync(app, type: "invoice.päid");

        var got = Assert.Single(await ReceivedAsync(sink, 1));
        await StateAsync(id, "delivered", 1);
        Assert.Equal("POST /hook?key=receivers-secret", got.Line);
        Assert.Contains("\"type\":\"invoice.päid\",   \"customer\"", Text(got), StringComparison.Ordinal);
        Assert.Equal(id.ToString(), got.Headers["webhook-id"]);
        Assert.Equal("application/json", got.Headers["Content-Type"]);
        Assert.Equal(("stripe", "invoice.päid", "1"), (got.Headers["X-Webhook-Source"], got.Headers["X-Webhook-Type"], got.Headers["X-Webhook-Attempt"]));
        Assert.StartsWith("t=", got.Headers["Stripe-Signature"], StringComparison.Ordinal);
        Assert.True(got.Headers.ContainsKey("X-Correlation-ID"));
        var signed = $"{id}.{got.Headers["webhook-timestamp"]}.{Text(got)}";
        var expected = HMACSHA256.HashData(Convert.FromBase64String(SigningSecret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed));
        Assert.Equal($"v1,{Convert.ToBase64String(expected)}", got.Headers["webhook-signature"]);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(got.Headers["webhook-timestamp"], CultureInfo.InvariantCulture);
        Assert.InRange(age, -5, 60);
        await EmptyAsync();
    }

    [Fact]
    public async Task Headers_that_nobody_asked_for_stay_here()
    {
        var sink = await SinkAsync();
        await ReceiveAsync(Start(sink));
        Assert.False(Assert.Single(await ReceivedAsync(sink, 1)).Headers.ContainsKey("Stripe-Signature"));
    }

    [Fact]
    public async Task Only_what_is_subscribed_to_arrives()
    {
        var sink = await SinkAsync();
        var app = Start(sink, ("shop:Subscriptions:0", "stripe:charge.*"), ("shop:Subscriptions:1", "github"));

        await ReceiveAsync(app);
        var wanted = await ReceiveAsync(app, type: "charge.refunded");

        await StateAsync(wanted, "delivered", 1);
        Assert.Single(sink.All);
        Assert.Equal("1", await TextAsync("SELECT count(*)::text FROM webhooks.deliveries"));
    }

    [Fact]
    public async Task Nobody_to_deliver_to_moves_the_cursor_all_the_same()
    {
        var app = Track(new WebhooksApp(Database.ConnectionString));
        await ReceiveAsync(app);
        await Eventually.ReadAsync(
            () => TextAsync(
                "SELECT (position > 0 AND position = (SELECT max(position) FROM webhooks.events))::text FROM webhooks.cursors WHERE name = 'deliver'"),
            reached => reached == "true");
    }

    [Fact]
    public async Task Receipt_and_delivery_are_one_trace()
    {
        var spans = new System.Collections.Concurrent.ConcurrentBag<(string Source, ActivityTraceId Trace)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "ProdReady.Queue" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Add((span.Source.Name, span.TraceId)),
        };
        ActivitySource.AddActivityListener(listener);
        var sink = await SinkAsync();
        var app = Start(sink);

        var id = await ReceiveAsync(app);

        var got = Assert.Single(await ReceivedAsync(sink, 1));
        var trace = ActivityContext.Parse(got.Headers["traceparent"], null).TraceId;
        Assert.Equal(
            trace.ToHexString(), await TextAsync($"SELECT split_part(traceparent, '-', 2) FROM webhooks.events WHERE id = '{id}'"));
        await Eventually.ReadAsync(
            () => Task.FromResult(spans.Where(span => span.Trace == trace).Select(span => span.Source).ToHashSet()),
            sources => sources.IsSupersetOf(["Microsoft.AspNetCore", "ProdReady.Queue"]));
    }

    [Fact]
    public async Task Worker_that_dies_in_the_middle_sends_it_again_under_the_same_id()
    {
        var first = new TaskCompletionSource();
        var calls = 0;
        var sink = await SinkAsync(async (context, _) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                first.SetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        var app = Start(sink, ("Queues:delivery_shop:Lease", "00:00:01"));
        var id = await ReceiveAsync(app);
        await first.Task.WaitAsync(Cancellation);

        // What is left of a worker that was killed: a lease that nobody renews
        await TextAsync(
            "UPDATE webhooks.jobs SET lease_token = gen_random_uuid(), lease_until = now() - interval '1 s' RETURNING state");

        var got = await ReceivedAsync(sink, 2);
        Assert.Equal([id.ToString(), id.ToString()], got.Select(one => one.Headers["webhook-id"]));
        await StateAsync(id, "delivered", 1);
        await EmptyAsync();
    }

    [Fact]
    public async Task Event_that_is_no_longer_kept_is_given_up()
    {
        var sink = await SinkAsync(503);
        var app = Start(sink, ("shop:RetrySchedule:0", "00:00:03"));
        var id = await ReceiveAsync(app);
        await StateAsync(id, "pending", 1);

        await TextAsync("DELETE FROM webhooks.events RETURNING source");

        await StateAsync(id, "dead", 2);
        Assert.Equal("2|-|The event is no longer kept, so that nothing could be sent.|-", await LastTryAsync(id));
        await EmptyAsync();
    }
}
