using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Replays;

/// <summary>Many events, once more.</summary>
public sealed class ReplayTests(DataStores stores) : ReplayTest(stores)
{
    [Fact]
    public async Task Dry_run_counts_by_destination_and_begins_nothing()
    {
        await ReceiveUndeliveredAsync(2);
        await ReceiveUndeliveredAsync(1, "charge.failed");
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var app = StartBoth(shop, mail);

        Assert.Equal("""{"events":3,"deliveries":{"mail":2,"shop":3}}""", await CountAsync(new { }));
        Assert.Equal("""{"events":1,"deliveries":{"shop":1}}""", await CountAsync(new { type = "charge.*" }));
        Assert.Equal("""{"events":3,"deliveries":{"mail":3}}""", await CountAsync(new { }, "mail"));
        Assert.Equal("""{"events":0,"deliveries":{}}""", await CountAsync(new { source = "stripe-eu" }));
        Assert.Empty(shop.All);
        Assert.Equal("[]", (await GetAsync(app, Replays)).GetRawText());
        Assert.Equal("", await AuditAsync());

        async Task<string> CountAsync(object filter, params string[] destinations) => (await PostAsync(
            app, Replays, new { reason = "x", filter, dryRun = true, destinations = destinations is [] ? null : destinations })).GetRawText();
    }

    [Fact]
    public async Task Filter_is_replayed_to_its_end_and_noted()
    {
        await ReceiveUndeliveredAsync(2, "charge.failed");
        var wanted = await ReceiveUndeliveredAsync(5);
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var app = StartBoth(shop, mail);

        var id = await BeginAsync(app, new { type = "invoice.*", status = "stored" }, destinations: ["shop"]);
        var done = await UntilDoneAsync(app, id);

        Assert.Equal((5, 5), (done.GetProperty("total").GetInt64(), Replayed(done)));
        Assert.Equal("""{"type":"invoice.*","status":"stored"}""", done.GetProperty("filter").GetRawText());
        Assert.Equal(JsonValueKind.String, done.GetProperty("endedAt").ValueKind);
        Assert.Equal(Sorted(wanted), (await ReceivedAsync(shop, 5)).Select(one => one.Headers["webhook-id"]).Order(StringComparer.Ordinal));
        await EmptyAsync();
        Assert.Equal(Sorted(wanted), await TriedAsync(id));
        Assert.Empty(mail.All);
        Assert.Equal(id, Assert.Single((await GetAsync(app, Replays)).EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(
            $$"""admin replay.begin {{id}} {"type":"invoice.*","status":"stored"} they lost them 5""", await AuditAsync());
        using var cancelled = await SendAsync(app, $"{Replays}/{id}/cancel");
        Assert.Equal(HttpStatusCode.Conflict, cancelled.StatusCode);
    }

    [Fact]
    public async Task Time_is_part_of_the_filter()
    {
        var ids = await ReceiveUndeliveredAsync(3);
        var from = DateTimeOffset.Parse(
            await TextAsync($"SELECT to_json(received_at)#>>'{{}}' FROM webhooks.events WHERE id = '{ids[1]}'"),
            System.Globalization.CultureInfo.InvariantCulture);
        var shop = await SinkAsync();
        var app = StartBoth(shop, await SinkAsync());

        await UntilDoneAsync(app, await BeginAsync(app, new { from, to = from.AddTicks(10) }));

        Assert.Equal(ids[1].ToString(), Assert.Single(await ReceivedAsync(shop, 1)).Headers["webhook-id"]);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 7)]
    public async Task Rate_is_never_exceeded(int rate, int count)
    {
        await ReceiveUndeliveredAsync(count);
        var app = StartBoth(await SinkAsync(), await SinkAsync());

        var done = await UntilDoneAsync(app, await BeginAsync(app, new { }, rate));

        var duration = done.GetProperty("endedAt").GetDateTimeOffset() - done.GetProperty("createdAt").GetDateTimeOffset();
        // After the last event's step comes the one that finds no more
        Assert.True(duration >= TimeSpan.FromSeconds((double)(count - 1) / rate), $"{count} events took {duration}");
        Assert.Equal(count, Replayed(done));
    }

    [Fact]
    public async Task Cancelled_one_stops_where_it_is()
    {
        await ReceiveUndeliveredAsync(20);
        var app = StartBoth(await SinkAsync(), await SinkAsync());
        var id = await BeginAsync(app, new { }, rate: 2);
        await UntilAsync(app, id, replay => Replayed(replay) > 0);

        var cancelled = await PostAsync(app, $"{Replays}/{id}/cancel", new { });

        Assert.Equal("cancelled", State(cancelled));
        var replayed = Replayed(cancelled);
        Assert.InRange(replayed, 1, 19);
        // Another one that is asked for later ends, so that this one would have gone on by now
        await UntilDoneAsync(app, await BeginAsync(app, new { }));
        Assert.Equal((replayed, "cancelled"), (Replayed(await GetAsync(app, $"{Replays}/{id}")), State(await PostAsync(app, $"{Replays}/{id}/cancel", new { }))));
        Assert.Equal(
            $"admin replay.cancel {id}  {replayed}",
            await TextAsync("SELECT concat_ws(' ', actor, action, subject, reason, events) FROM webhooks.audit WHERE action = 'replay.cancel'"));
        using var unknown = await SendAsync(app, $"{Replays}/{Guid.CreateVersion7()}/cancel");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Two_replicas_replay_nothing_twice()
    {
        var ids = await ReceiveUndeliveredAsync(30);
        var shop = await SinkAsync();
        var app = StartBoth(shop, await SinkAsync());
        StartBoth(shop, await SinkAsync());

        var replay = await BeginAsync(app, new { }, rate: 20, destinations: ["shop"]);
        var done = await UntilDoneAsync(app, replay);
        await EmptyAsync();

        Assert.Equal(30, Replayed(done));
        Assert.Equal(Sorted(ids), await TriedAsync(replay));
        Assert.Equal(30, shop.All.Count);
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_was()
    {
        var ids = await ReceiveUndeliveredAsync(8);
        var shop = await SinkAsync();
        Guid replay;
        await using (var first = StartBoth(shop, await SinkAsync()))
        {
            replay = await BeginAsync(first, new { }, rate: 4, destinations: ["shop"]);
            await UntilAsync(first, replay, one => Replayed(one) > 0);
        }

        var before = long.Parse(await TextAsync("SELECT replayed::text FROM webhooks.replays"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(before, 1, 7);
        Assert.Equal("running", await TextAsync("SELECT state FROM webhooks.replays"));
        var done = await UntilDoneAsync(StartBoth(shop, await SinkAsync()), replay);
        await EmptyAsync();

        Assert.Equal(8, Replayed(done));
        Assert.Equal(Sorted(ids), (await TriedAsync(replay)).Distinct());
    }

    [Fact]
    public async Task What_comes_meanwhile_is_not_part_of_it()
    {
        var ids = await ReceiveUndeliveredAsync(4);
        var app = StartBoth(await SinkAsync(), await SinkAsync());
        var replay = await BeginAsync(app, new { }, rate: 2, destinations: ["shop"]);

        var later = await ReceiveAsync(app);
        Assert.Equal("running", State(await GetAsync(app, $"{Replays}/{replay}")));
        var done = await UntilDoneAsync(app, replay);
        await EmptyAsync();

        Assert.Equal(4, Replayed(done));
        Assert.Equal(Sorted(ids), await TriedAsync(replay));
        Assert.Equal("1", await TextAsync($"SELECT count(*)::text FROM webhooks.attempts WHERE event_id = '{later}' AND destination = 'shop'"));
    }

    /// <summary>Its turn would be the next one for ever.</summary>
    [Fact]
    public async Task One_that_cannot_be_done_fails_and_holds_up_no_other()
    {
        await ReceiveUndeliveredAsync(1);
        await ExecuteAsync(
            """
            INSERT INTO webhooks.replays (id, created_at, created_by, reason, filter, rate, total, position, last_position, next_at)
            VALUES ($1, now(), 'admin', 'x', '{"source":"\u0000"}', 100, 1, 0, 100, now() - interval '1 hour')
            """,
            Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddHours(-1)));
        var app = StartBoth(await SinkAsync(), await SinkAsync());

        await UntilDoneAsync(app, await BeginAsync(app, new { }));

        var failed = (await GetAsync(app, Replays))[1];
        Assert.Equal("failed", State(failed));
        Assert.Contains("0x00", failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.String, failed.GetProperty("endedAt").ValueKind);
    }

    [Theory]
    [InlineData("""{"reason":"x"}""", "Filter")]
    [InlineData("""{"filter":{}}""", "Reason")]
    [InlineData("""{"reason":"x","filter":{},"rate":0}""", "Rate")]
    [InlineData("""{"reason":"x","filter":{},"rate":10001}""", "Rate")]
    [InlineData("""{"reason":"x","filter":{"status":"lost"}}""", "filter.status")]
    [InlineData("""{"reason":"x","filter":{"source":"\u0000"}}""", "filter.source")]
    [InlineData("""{"reason":"x","filter":{},"destinations":["nobody"]}""", "destinations")]
    [InlineData("""{"reason":"x","filter":{"satus":"dead"}}""", null)]
    [InlineData("""{"reason":"x","filter":{},"dry_run":true}""", null)]
    public async Task Incomplete_or_misspelt_order_is_400_and_replays_nothing(string json, string? field)
    {
        var app = StartBoth(await SinkAsync(), await SinkAsync());
        using var body = JsonDocument.Parse(json);

        var problem = await PostAsync(app, Replays, body.RootElement, HttpStatusCode.BadRequest);

        if (field is not null)
        {
            Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name, ignoreCase: true);
        }

        Assert.Equal("[]", (await GetAsync(app, Replays)).GetRawText());
    }

    [Fact]
    public async Task Replaying_and_looking_take_a_scope_each()
    {
        var keys = await AddKeysAsync("webhooks:read", "webhooks:replay", "webhooks:admin");
        var app = StartBoth(await SinkAsync(), await SinkAsync());
        var id = await ReceiveAsync(app);
        var replay = await BeginAsync(app, new { });

        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, Replays));
        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, $"{Replays}/{replay}"));
        Assert.Equal([403, 200, 403, 401], await EveryAsync(HttpMethod.Post, Replays, new { reason = "x", filter = new { }, dryRun = true }));
        Assert.Equal([403, 202, 403, 401], await EveryAsync(HttpMethod.Post, $"/webhooks/events/{id}/replay", new { reason = "x" }));
        Assert.Equal([403, 404, 403, 401], await EveryAsync(HttpMethod.Post, $"{Replays}/{Guid.CreateVersion7()}/cancel"));
        Assert.Equal([403, 403, 200, 401], await EveryAsync(HttpMethod.Get, "/webhooks/audit"));
        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, "/webhooks/dead-letters"));
        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, "/webhooks/sources"));

        async Task<IReadOnlyList<int>> EveryAsync(HttpMethod method, string path, object? body = null)
        {
            var statuses = new List<int>();
            foreach (var key in keys.Append(null))
            {
                statuses.Add((int)await StatusAsync(app, method, path, key, body));
            }

            return statuses;
        }
    }
}
