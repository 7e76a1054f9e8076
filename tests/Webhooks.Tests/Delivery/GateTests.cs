using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Gating;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>What deliveries wait for, in a running service.</summary>
public sealed class GateTests(DataStores stores) : DeliveryTest(stores)
{
    private static (string, string)[] Ordered => [("shop:OrderingKey", "/customer")];

    [Fact]
    public async Task One_of_a_key_is_under_way_while_others_go_on()
    {
        var release = new TaskCompletionSource();
        var sink = await SinkAsync((_, got) =>
            Text(got).Contains("\"slow\"", StringComparison.Ordinal) ? release.Task : Task.CompletedTask);
        var app = Start(sink, Ordered);
        var other = Start(sink, Ordered);

        Guid[] slow = [await ReceiveAsync(app, "slow"), await ReceiveAsync(other, "slow"), await ReceiveAsync(app, "slow")];
        Guid[] quick = [await ReceiveAsync(app, "quick"), await ReceiveAsync(other, "quick")];
        foreach (var id in quick)
        {
            await StateAsync(id, "delivered", 1);
        }

        Assert.Equal([$"{slow[0]}"], Ids("slow"));
        release.SetResult();
        await EmptyAsync();

        Assert.Equal(slow.Select(id => $"{id}"), Ids("slow"));
        Assert.Equal(quick.Select(id => $"{id}"), Ids("quick"));

        IEnumerable<string> Ids(string customer) => sink.All
            .Where(got => Text(got).Contains($"\"{customer}\"", StringComparison.Ordinal)).Select(got => got.Headers["webhook-id"]);
    }

    [Fact]
    public async Task A_failing_event_keeps_its_followers_waiting()
    {
        var sink = await SinkAsync(400);
        var app = Start(sink, Ordered);

        var first = await ReceiveAsync(app, "a");
        var second = await ReceiveAsync(app, "a");
        await EmptyAsync();

        Assert.Equal([$"{first}", $"{first}", $"{second}"], sink.All.Select(got => got.Headers["webhook-id"]));
    }

    [Fact]
    public async Task No_more_are_under_way_than_the_concurrency()
    {
        var release = new TaskCompletionSource();
        var sink = await SinkAsync((_, _) => release.Task);
        var app = Start(sink, ("shop:Concurrency", "3"));
        for (var number = 0; number < 8; number++)
        {
            await ReceiveAsync(app);
        }

        await ReceivedAsync(sink, 3);
        release.SetResult();
        await EmptyAsync();

        Assert.Equal((8, 3), (sink.All.Count, sink.MostRunning));
    }

    [Fact]
    public async Task Writing_an_answer_down_keeps_nobody_from_being_sent()
    {
        var sink = await SinkAsync();
        var app = Start(sink, ("shop:Concurrency", "2"));
        var ids = new Guid[5];
        await using (await LockAsync("attempts"))
        {
            for (var number = 0; number < ids.Length; number++)
            {
                ids[number] = await ReceiveAsync(app);
            }

            await ReceivedAsync(sink, ids.Length);
            Assert.Equal("", await TextAsync("SELECT event_id::text FROM webhooks.attempts"));
        }

        await EmptyAsync();

        Assert.Equal(ids.Length, sink.All.Count);
        Assert.InRange(sink.MostRunning, 1, 2);
        foreach (var id in ids)
        {
            await StateAsync(id, "delivered", 1);
        }
    }

    [Fact]
    public async Task Nobody_follows_the_last_one_that_a_receiver_wants()
    {
        var sink = await SinkAsync((context, _) =>
        {
            context.Response.StatusCode = 410;
            return Task.CompletedTask;
        });
        var app = Start(sink, ("shop:Concurrency", "2"));
        await using (await LockAsync("disabled_destinations"))
        {
            for (var number = 0; number < 6; number++)
            {
                await ReceiveAsync(app);
            }

            // All are in hand, two have their answer and wait for the lock
            await Eventually.ReadAsync(
                () => TextAsync("SELECT count(*)::text FROM webhooks.jobs WHERE state = 'running'"), running => running == "6");
            await Eventually.ReadAsync(
                () => TextAsync(
                    """
                    SELECT count(*)::text FROM pg_locks JOIN pg_database ON pg_database.oid = database
                    WHERE datname = current_database() AND relation = 'webhooks.disabled_destinations'::regclass AND NOT granted
                    """),
                waiting => waiting is not ("0" or "1"));
        }

        var gate = app.Services.GetRequiredService<DestinationCatalog>().All.Single().Gate;
        await Eventually.ReadAsync(() => Task.FromResult(gate.Switch.Reason), reason => reason is not null);
        Assert.Equal(2, sink.All.Count);
    }

    [Fact]
    public async Task One_at_a_time_stays_in_order()
    {
        var sink = await SinkAsync();
        var app = Start(sink, ("shop:Concurrency", "1"));
        var ids = new List<string>();
        for (var number = 0; number < 20; number++)
        {
            ids.Add($"{await ReceiveAsync(app)}");
        }

        await EmptyAsync();

        Assert.Equal(ids, sink.All.Select(got => got.Headers["webhook-id"]));
        // Two in hand would be in order nearly always
        Assert.Equal(1, app.Services.GetRequiredService<IOptionsMonitor<JobQueueOptions>>().Get("delivery_shop").Concurrency);
    }

    [Fact]
    public async Task Open_circuit_uses_up_no_try()
    {
        var sink = await SinkAsync((context, _) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        var app = Start(sink, ("shop:CircuitFailures", "2"));

        var id = await ReceiveAsync(app);

        var circuit = Circuit(app);
        await Eventually.ReadAsync(() => Task.FromResult(circuit.State), state => state == CircuitState.Open);
        await StateAsync(id, "pending", 2);
        // It holds its job, and waits
        await Eventually.ReadAsync(() => TextAsync("SELECT state FROM webhooks.jobs"), state => state == "running");
        Assert.Equal(2, sink.All.Count);
        var answer = await JsonAsync(await app.GetAsync("/webhooks/destinations"), System.Net.HttpStatusCode.OK);
        Assert.Equal("open", answer[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Stopping_service_gives_back_at_once_what_waits()
    {
        var sink = await SinkAsync(500, 500);
        var app = Start(sink, ("shop:CircuitFailures", "1"), ("Queues:delivery_shop:StopGrace", "00:00:30"));
        await ReceiveAsync(app);
        var circuit = Circuit(app);
        await Eventually.ReadAsync(() => Task.FromResult(circuit.State), state => state == CircuitState.Open);
        await Eventually.ReadAsync(() => TextAsync("SELECT state FROM webhooks.jobs"), state => state == "running");

        var started = TimeProvider.System.GetTimestamp();
        await app.DisposeAsync();

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(15));
        Assert.Equal("ready", await TextAsync("SELECT state FROM webhooks.jobs"));
    }

    /// <summary>Nobody else writes into a table until it is disposed of.</summary>
    private async Task<NpgsqlConnection> LockAsync(string table)
    {
        var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE webhooks.{table} IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    private static DeliveryCircuit Circuit(WebhooksApp app) =>
        app.Services.GetRequiredService<DestinationCatalog>().All.Single().Gate.Circuit;
}
