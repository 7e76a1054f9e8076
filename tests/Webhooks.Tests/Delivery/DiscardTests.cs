using System.Net;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery.Operating;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>What waits for a destination that will never take it is given up by hand, and holds its day no longer.</summary>
public sealed class DiscardTests(DataStores stores) : OperationTest(stores)
{
    private const string Discard = "/webhooks/destinations/shop/discard";

    [Fact]
    public async Task What_waits_for_a_destination_that_is_gone_becomes_dead_letters()
    {
        Guid id;
        await using (var before = Start(await SinkAsync()))
        {
            await SendAsync(before, "/webhooks/destinations/shop/disable", new { reason = "it goes" });
            id = await ReceiveAsync(before);
            await StateAsync(id, "pending", 0);
        }

        var app = StartAlone();
        var answer = await PostAsync(app, Discard, new { reason = "it is gone" });

        Assert.Equal("""{"discarded":1}""", answer.GetRawText());
        Assert.Equal("dead 1|true|0", await TextAsync(
            "SELECT state || ' ' || attempts || '|' || (ended_at IS NOT NULL) || '|' || (SELECT count(*) FROM webhooks.jobs) FROM webhooks.deliveries"));
        Assert.Equal("1|-|Discarded by hand: it is gone|-", await LastTryAsync(id));
        Assert.Equal("admin destination.disable shop it goes 0, admin destination.discard shop it is gone 1", await AuditAsync());
        await PostAsync(app, Discard, new { reason = "again" }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Where_there_has_never_been_a_destination_nothing_waits() =>
        await PostAsync(StartAlone(), Discard, new { reason = "x" }, HttpStatusCode.NotFound);

    [Fact]
    public async Task What_a_disabled_destinations_worker_has_in_hand_is_not_sent_any_more()
    {
        var sink = await SinkAsync();
        var app = Start(sink);
        await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "x" });
        var id = await ReceiveAsync(app);
        await Eventually.ReadAsync(() => TextAsync("SELECT state FROM webhooks.jobs"), state => state == "running");

        await PostAsync(app, Discard, new { reason = "x" });
        await SendAsync(app, "/webhooks/destinations/shop/enable", new { reason = "x" });
        var next = await ReceiveAsync(app);

        await StateAsync(next, "delivered", 1);
        await StateAsync(id, "dead", 1);
        Assert.Equal(next.ToString(), Assert.Single(sink.All).Headers["webhook-id"]);
    }

    /// <summary>Pending once more, but without its job, it would hold its day for ever.</summary>
    [Fact]
    public async Task Try_that_was_under_way_does_not_undo_it()
    {
        var answer = new TaskCompletionSource();
        var sink = await SinkAsync(async (context, _) =>
        {
            await answer.Task;
            context.Response.StatusCode = 500;
        });
        var app = Start(sink);
        var id = await ReceiveAsync(app);
        await ReceivedAsync(sink, 1);
        await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "x" });

        await PostAsync(app, Discard, new { reason = "x" });
        answer.SetResult();

        await StateAsync(id, "dead", 2);
    }

    /// <summary>It would wait for a job that is gone, until another event of its key comes.</summary>
    [Fact]
    public async Task Event_that_came_behind_a_discarded_one_of_its_key_is_next()
    {
        var sink = await SinkAsync();
        Guid discarded, next;
        await using (var app = Start(sink, ("shop:OrderingKey", "/customer")))
        {
            await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "x" });
            discarded = await ReceiveAsync(app, "one");
            await StateAsync(discarded, "pending", 0);
            next = await ReceiveAsync(app, "one");
            await Eventually.ReadAsync(
                () => TextAsync("SELECT string_agg(state, ' ' ORDER BY id) FROM webhooks.jobs"),
                states => states.EndsWith(" blocked", StringComparison.Ordinal));
        }

        // As if the next one had come between the last delivery that was discarded and the removal of the jobs
        await ExecuteAsync("UPDATE webhooks.deliveries SET state = 'dead' WHERE event_id = $1", discarded);
        await StartAlone().Services.GetRequiredService<DiscardStore>().RemoveJobsAsync("shop", Cancellation);
        await ExecuteAsync("DELETE FROM webhooks.disabled_destinations");

        Start(sink, ("shop:OrderingKey", "/customer"));
        await StateAsync(next, "delivered", 1);
        Assert.Single(sink.All);
    }

    [Fact]
    public async Task Enabled_destination_and_names_that_are_none_are_refused()
    {
        var sink = await SinkAsync(500);
        var app = Start(sink, ("shop:RetrySchedule:0", "01:00:00"));
        var id = await ReceiveAsync(app);
        await StateAsync(id, "pending", 1);

        await PostAsync(app, Discard, new { reason = "x" }, HttpStatusCode.Conflict);
        await PostAsync(app, "/webhooks/destinations/nobody/discard", new { reason = "x" }, HttpStatusCode.NotFound);
        await PostAsync(app, "/webhooks/destinations/Sh_op/discard", new { reason = "x" }, HttpStatusCode.NotFound);
        await PostAsync(app, Discard, new { reason = "" }, HttpStatusCode.BadRequest);

        await StateAsync(id, "pending", 1);
        Assert.Equal("", await AuditAsync());
    }
}
