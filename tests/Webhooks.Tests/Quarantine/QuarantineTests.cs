using System.Net;
using ProdReady.Testing;
using ProdReady.Webhooks.Quarantine;

namespace ProdReady.Webhooks.Tests.Quarantine;

/// <summary>What is kept of refused requests, for how many of them, and who sees it.</summary>
public sealed class QuarantineTests(DataStores stores) : QuarantineTest(stores)
{
    [Fact]
    public async Task Refused_request_is_kept_with_its_bytes_headers_and_reason()
    {
        var app = StartAlone();
        var body = Event("evt_1");
        var id = await RefuseAsync(app, body);

        var listed = Assert.Single(await ListAsync(app));
        Assert.Equal(
            ("stripe", "mismatch", body.Length, 1),
            (listed.GetProperty("source").GetString(), listed.GetProperty("reason").GetString(),
                listed.GetProperty("size").GetInt32(), listed.GetProperty("times").GetInt32()));
        using var bytes = await app.GetAsync($"{Quarantine}/{id}/body");
        Assert.Equal(body, await bytes.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("application/octet-stream", bytes.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["nosniff"], bytes.Headers.GetValues("X-Content-Type-Options"));
        var headers = await TextAsync("SELECT convert_from(headers, 'UTF8') FROM webhooks.quarantine");
        Assert.Contains("stripe-signature", headers, StringComparison.Ordinal);
        Assert.Equal("0", await TextAsync("SELECT count(*)::text FROM webhooks.events"));
    }

    [Fact]
    public async Task Every_kind_of_bad_signature_is_kept_and_what_has_no_source_is_not()
    {
        var app = StartAlone();
        await app.PostUnsignedAsync(Event("a"));
        await app.PostAsync(Event("b"), signature: "nonsense");
        await app.PostAsync(Event("c"), signature: WebhooksApp.Sign(Event("c"), time: 1));
        await app.PostAsync(Event("d"), source: "nobody");
        await app.PostAsync(Event("e"), secret: "whsec_of_nobody");

        var kept = await Eventually.ReadAsync(() => ListAsync(app), all => all.Count == 4);
        // Of one millisecond, perhaps, so that no order is theirs
        Assert.Equal(["malformed", "mismatch", "missing", "stale"], kept.Select(one => one.GetProperty("reason").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Same_bytes_again_take_the_place_of_the_first_and_are_counted()
    {
        var app = StartAlone();
        var first = await RefuseAsync(app, Event("evt_1"));
        await RefuseAsync(app, Event("evt_2"));
        var second = await RefuseAsync(app, Event("evt_1"));

        Assert.NotEqual(first, second);
        var kept = await ListAsync(app);
        Assert.Equal(2, kept.Count);
        Assert.Equal((second, 2), (kept[0].GetProperty("id").GetGuid(), kept[0].GetProperty("times").GetInt32()));
        using var gone = await app.GetAsync($"{Quarantine}/{first}/body");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Pages_follow_each_other_by_source()
    {
        var app = StartAlone();
        foreach (var number in Enumerable.Range(0, 3))
        {
            await RefuseAsync(app, Event($"evt_{number}"));
        }

        using var other = await app.PostAsync(Event("evt_other"), "stripe-eu", "whsec_of_nobody");
        await Eventually.ReadAsync(CountAsync, count => count == 4);
        Assert.Single(await ListAsync(app, "source=STRIPE-EU"));
        await JsonAsync(await app.GetAsync($"{Quarantine}?source=%00"), HttpStatusCode.BadRequest);
        var all = await ListAsync(app, "source=stripe");
        var first = await GetAsync(app, $"{Quarantine}?source=stripe&limit=2");
        var second = await GetAsync(app, $"{Quarantine}?source=stripe&limit=2&cursor={first.GetProperty("next").GetGuid()}");
        Assert.Equal(3, all.Count);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(
            all.Select(one => one.GetProperty("id").GetGuid()),
            new[] { first, second }.SelectMany(page => page.GetProperty("requests").EnumerateArray()).Select(one => one.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Oldest_go_when_there_are_too_many_of_a_source()
    {
        var app = StartAlone(("Webhooks:Quarantine:MaxPerSource", "2"));
        using var other = await app.PostAsync(Event("evt_other"), "stripe-eu", "whsec_of_nobody");
        await Eventually.ReadAsync(CountAsync, count => count == 1);
        var ids = new List<Guid>();
        foreach (var number in Enumerable.Range(0, 4))
        {
            ids.Add(await RefuseAsync(app, Event($"evt_{number}")));
        }

        Assert.Equal([ids[3], ids[2]], (await ListAsync(app, "source=stripe")).Select(one => one.GetProperty("id").GetGuid()));
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task Oldest_go_when_there_are_too_many_bytes_of_a_source()
    {
        var app = StartAlone(("Webhooks:Quarantine:MaxBytesPerSource", "1048576"), ("Webhooks:Sources:stripe:MaxBodyBytes", "1000000"));
        await RefuseAsync(app, Event("evt_small"));
        var first = await RefuseAsync(app, Event(new string('a', 600_000)));
        Assert.Equal(2, await CountAsync());
        var second = await RefuseAsync(app, Event(new string('b', 600_000)));

        Assert.NotEqual(first, second);
        Assert.Equal(second, Assert.Single(await ListAsync(app)).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Nothing_is_kept_where_that_is_what_the_settings_say()
    {
        var app = StartAlone(("Webhooks:Quarantine:MaxPerSource", "0"));
        using var counts = new MeterCounts(app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.webhooks.");
        using var refused = await app.PostUnsignedAsync(Event("a"));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(1, counts["rejected{source=stripe,reason=missing}"]);
        Assert.False(app.Services.GetRequiredService<QuarantineIntake>().Waiting.TryPeek(out _));
        Assert.Equal(0, await CountAsync());
        Assert.False(counts.Has("quarantine.dropped{source=stripe}"));
    }

    [Fact]
    public async Task Flood_is_refused_as_ever_and_what_is_too_much_is_dropped_and_counted()
    {
        var app = StartAlone(("Webhooks:Quarantine:PerSecond", "1"));
        using var counts = new MeterCounts(app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.webhooks.");
        foreach (var number in Enumerable.Range(0, 40))
        {
            using var refused = await app.PostUnsignedAsync(Event($"evt_{number}"));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        // Another source's is kept all the same
        using var other = await app.PostUnsignedAsync(Event("evt_other"), "stripe-eu");
        await Eventually.ReadAsync(() => Task.FromResult(counts["quarantined{source=stripe-eu}"]), count => count == 1);
        await Eventually.ReadAsync(
            () => Task.FromResult(counts["quarantined{source=stripe}"] + counts["quarantine.dropped{source=stripe}"]), sum => sum == 40);
        // Ten in a burst, and one more for each second that this took
        Assert.InRange(counts["quarantine.dropped{source=stripe}"], 1, 30);
        Assert.Equal(counts["quarantined{source=stripe}"] + 1, await CountAsync());
    }

    /// <summary>The answer waits for nothing, and what could not be written is counted rather than kept in memory.</summary>
    [Fact]
    public async Task While_the_database_is_away_the_refusal_is_the_same_and_the_service_lives()
    {
        var app = StartAlone(("ConnectionStrings:prodready", "Host=nowhere.invalid;Username=nobody"), ("Webhooks:CommitTimeout", "00:00:01"));
        using var counts = new MeterCounts(app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "prodready.webhooks.");

        using var refused = await app.PostUnsignedAsync(Event("evt_1"));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await Eventually.ReadAsync(() => Task.FromResult(counts["quarantine.dropped{source=stripe}"]), count => count == 1);
        using var second = await app.PostUnsignedAsync(Event("evt_2"));
        await Eventually.ReadAsync(() => Task.FromResult(counts["quarantine.dropped{source=stripe}"]), count => count == 2);
        Assert.False(app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Reading_and_admitting_take_a_scope_each()
    {
        var keys = await AddKeysAsync("webhooks:read", "webhooks:replay", "webhooks:admin");
        var app = StartAlone();
        var id = await RefuseAsync(app, Event("evt_1"));
        var order = new { reason = "x", source = "stripe", dryRun = true };

        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, Quarantine));
        Assert.Equal([200, 403, 403, 401], await EveryAsync(HttpMethod.Get, $"{Quarantine}/{id}/body"));
        Assert.Equal([403, 403, 200, 401], await EveryAsync(HttpMethod.Post, $"{Quarantine}/admit", order));
        Assert.Equal([403, 403, 409, 401], await EveryAsync(HttpMethod.Post, $"{Quarantine}/{id}/admit", order));

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

    [Fact]
    public void Every_wrong_setting_is_told_at_once() => Assert.Equal(
        [
            "Webhooks:Quarantine:MaxPerSource is -1, outside 0 to 100000. Example: 1000",
            "Webhooks:Quarantine:MaxBytesPerSource is 5, outside 1048576 to 10737418240. Example: 67108864",
            "Webhooks:Quarantine:PerSecond is 0, outside 1 to 1000. Example: 5",
        ],
        new ValidateQuarantineOptions().Validate(null, new() { MaxPerSource = -1, MaxBytesPerSource = 5, PerSecond = 0 }).Failures!);
}
