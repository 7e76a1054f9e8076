using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>Replicas that do not know the same destinations, as in a rolling deploy.</summary>
public sealed class DispatchTests(DataStores stores) : OperationTest(stores)
{
    private const string Late = "Webhooks:Destinations:late";

    [Fact]
    public async Task A_replica_that_does_not_know_a_destination_does_not_pass_it_by()
    {
        var (shop, late) = (await SinkAsync(), await SinkAsync());
        await using (var deployed = Start(shop, To(late)))
        {
            await ReceiveAsync(deployed);
            await ReceivedAsync(late, 1);
            await EmptyAsync();
        }

        Guid passed;
        await using (var before = Start(shop))
        {
            passed = await ReceiveAsync(before);
            await StateAsync(passed, "delivered", 1);
            await EmptyAsync();
        }

        await using var deployedAgain = Start(shop, To(late));
        Assert.Equal(passed.ToString(), (await ReceivedAsync(late, 2))[1].Headers["webhook-id"]);
        await EmptyAsync();

        // And whoever had it has it once
        Assert.Equal(2, shop.All.Count);
        Assert.Equal(2, late.All.Count);
    }

    [Fact]
    public async Task A_new_destination_begins_with_its_first_start()
    {
        var (shop, late) = (await SinkAsync(), await SinkAsync());
        await using (var before = Start(shop))
        {
            await StateAsync(await ReceiveAsync(before), "delivered", 1);
            await EmptyAsync();
        }

        await using var app = Start(shop, To(late));
        var id = await ReceiveAsync(app);

        Assert.Equal(id.ToString(), Assert.Single(await ReceivedAsync(late, 1)).Headers["webhook-id"]);
    }

    /// <summary>As a replay that was here before, or a cursor that was put back by hand.</summary>
    [Fact]
    public async Task What_is_handed_out_already_is_not_handed_out_again()
    {
        var busy = await BusyAsync();
        await using (var app = Start(busy, ("shop:RetrySchedule:0", "01:00:00")))
        {
            await StateAsync(await ReceiveAsync(app), "pending", 1);
        }

        await TextAsync("UPDATE webhooks.cursors SET position = 0 WHERE name = 'deliver:shop'");
        await using var again = Start(busy, ("shop:RetrySchedule:0", "01:00:00"));
        await StateAsync(await ReceiveAsync(again), "pending", 1);

        Assert.Equal(
            "2 jobs, 2 tries",
            await TextAsync("SELECT count(*) || ' jobs, ' || (SELECT sum(attempts) FROM webhooks.deliveries) || ' tries' FROM webhooks.jobs"));
    }

    [Fact]
    public async Task One_that_catches_up_holds_nobody_up()
    {
        const int Behind = 600;
        var busy = await BusyAsync();
        (string, string)[] slow = [("shop:RetrySchedule:0", "01:00:00"), .. To(busy), ($"{Late}:RetrySchedule:0", "01:00:00")];
        Guid last;
        await using (var app = Start(busy, slow))
        {
            for (var count = 1; count < Behind; count++)
            {
                await ReceiveAsync(app);
            }

            last = await ReceiveAsync(app);
            await Eventually.ReadAsync(() => TextAsync("SELECT count(*)::text FROM webhooks.jobs"), count => count == $"{2 * Behind}");
        }

        // As if the last event had just come, and another replica had handed out the others to the shop alone
        await TextAsync(
            $"""
            DELETE FROM webhooks.jobs WHERE queue = 'delivery_late' OR payload ->> 'EventId' = '{last}';
            DELETE FROM webhooks.deliveries WHERE destination = 'late' OR event_id = '{last}';
            UPDATE webhooks.cursors SET position = CASE name WHEN 'deliver:late' THEN 0 ELSE position - 1 END WHERE name LIKE 'deliver:%'
            """);
        await using var again = Start(busy, slow);

        await Eventually.ReadAsync(() => TextAsync("SELECT count(*)::text FROM webhooks.jobs"), count => count == $"{2 * Behind}");
        Assert.Equal("true", await TextAsync(
            $"""
            SELECT ((SELECT id FROM webhooks.jobs WHERE queue = 'delivery_shop' AND payload ->> 'EventId' = '{last}')
                < (SELECT min(id) FROM webhooks.jobs WHERE queue = 'delivery_late'))::text
            """));
        await Eventually.ReadAsync(
            () => TextAsync("SELECT (count(DISTINCT position) = 1)::text FROM webhooks.cursors WHERE name LIKE 'deliver%'"), same => same == "true");
    }

    /// <summary>
    /// The log's horizon can fall: an intake that read the last number, and was held up before it set its sign, sets it when others have
    /// committed more.
    /// </summary>
    [Fact]
    public async Task One_that_catches_up_goes_no_further_than_the_log_is_settled()
    {
        var (shop, late) = (await SinkAsync(), await SinkAsync());
        var ids = new List<string>();
        await using (var app = Start(shop, To(late)))
        {
            for (var count = 0; count < 3; count++)
            {
                ids.Add((await ReceiveAsync(app)).ToString());
            }

            await ReceivedAsync(late, 3);
            await EmptyAsync();
        }

        await TextAsync(
            """
            DELETE FROM webhooks.deliveries WHERE destination = 'late';
            UPDATE webhooks.cursors SET position = 0 WHERE name = 'deliver:late'
            """);
        await using var intake = new NpgsqlConnection(Database.ConnectionString);
        await intake.OpenAsync(Cancellation);
        await using var sign = new NpgsqlCommand(
            "SELECT pg_advisory_lock_shared((x'7765'::bigint << 48) | min(position)) FROM webhooks.events", intake);
        await sign.ExecuteNonQueryAsync(Cancellation);

        await using var again = Start(shop, To(late));
        Assert.Equal(ids[0], (await ReceivedAsync(late, 4))[3].Headers["webhook-id"]);
        sign.CommandText = "SELECT pg_advisory_unlock_all()";
        await sign.ExecuteNonQueryAsync(Cancellation);

        Assert.Equal(ids.Order(), (await ReceivedAsync(late, 6)).Skip(3).Select(one => one.Headers["webhook-id"]).Order());
    }

    [Fact]
    public async Task Discarding_for_one_that_is_gone_forgets_where_it_was()
    {
        var (shop, late) = (await SinkAsync(), await SinkAsync());
        await using (var app = Start(shop, To(late)))
        {
            await ReceiveAsync(app);
            await ReceivedAsync(late, 1);
            await EmptyAsync();
        }

        await using (var without = Start(shop))
        {
            await StateAsync(await ReceiveAsync(without), "delivered", 1);
            var answer = await PostAsync(without, "/webhooks/destinations/late/discard", new { reason = "it is gone" });
            Assert.Equal("""{"discarded":0}""", answer.GetRawText());
        }

        await using var back = Start(shop, To(late));
        var id = await ReceiveAsync(back);
        Assert.Equal(id.ToString(), (await ReceivedAsync(late, 2))[1].Headers["webhook-id"]);
    }

    private Task<Sink> BusyAsync() => SinkAsync((context, _) =>
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    });

    private static (string, string)[] To(Sink late) =>
    [
        ($"{Late}:Url", late.Url),
        ($"{Late}:SigningSecret", SigningSecret),
        ($"{Late}:Subscriptions:0", "*:*"),
        ("Queues:delivery_late:PollInterval", "00:00:00.05"),
    ];
}
