using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Quarantine;

/// <summary>What was refused because of our own mistake becomes an event; nothing else does.</summary>
public sealed class AdmissionTests(DataStores stores) : QuarantineTest(stores)
{
    [Fact]
    public async Task Genuine_request_becomes_an_event_of_its_own_time_long_after_its_signature_is_stale()
    {
        var sink = await SinkAsync();
        var body = Event("evt_1");
        var (id, receivedAt) = await RefusedAsync(StartAlone(), body, ago: TimeSpan.FromDays(3));
        var app = Start(sink, Fixed);

        var admitted = await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "the secret was wrong" });

        Assert.False(admitted.GetProperty("duplicate").GetBoolean());
        var eventId = admitted.GetProperty("id").GetGuid();
        var details = await GetAsync(app, $"/webhooks/events/{eventId}");
        Assert.Equal(receivedAt, details.GetProperty("receivedAt").GetDateTimeOffset());
        Assert.Equal(("evt_1", "invoice.paid"), (details.GetProperty("eventId").GetString(), details.GetProperty("type").GetString()));
        Assert.Equal("application/json", details.GetProperty("headers").GetProperty("content-type").GetString());
        var got = Assert.Single(await ReceivedAsync(sink, 1));
        Assert.Equal((body, eventId.ToString()), (Text(got), got.Headers["webhook-id"]));
        Assert.Empty(await ListAsync(app));
        Assert.Equal($"admin quarantine.admit {id} the secret was wrong 1", await AuditAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(app, $"{Quarantine}/{id}/admit", new { reason = "again" })).StatusCode);
    }

    [Fact]
    public async Task Whose_signature_is_still_wrong_stays_with_the_reason_of_today()
    {
        var app = StartAlone();
        var mismatch = await RefuseAsync(app, Event("evt_wrong"));
        var stale = await RefuseAsync(app, Event("evt_old"), WebhooksApp.Secret, TimeProvider.System.GetUtcNow().AddMinutes(-6));

        Assert.Equal("mismatch", await RefusalAsync(app, mismatch));
        Assert.Equal("stale", await RefusalAsync(app, stale));
        Assert.Equal("mismatch", await RefusalAsync(StartAlone(Fixed), stale));
        Assert.Equal(2, await CountAsync());
        Assert.Equal("", await AuditAsync());
        Assert.Equal("0", await TextAsync("SELECT count(*)::text FROM webhooks.events"));
    }

    /// <summary>They sign the address that they send to: with a wrong one, everything is refused.</summary>
    [Theory]
    [InlineData("twilio")]
    [InlineData("square")]
    public async Task Corrected_address_counts_and_keeps_the_query(string provider)
    {
        (string, string) secret = ($"Webhooks:Sources:{provider}:Secret", ProviderSigner.SecretOf(provider));
        var key = $"Webhooks:Sources:{provider}:PublicUrl";
        var sample = ProviderSigner.Sign(provider, "text", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        await RefuseAsync(StartAlone(secret, (key, "https://example.com/wrong")), $"{provider}?a=1", sample);
        var id = Guid.Parse(await TextAsync("SELECT id::text FROM webhooks.quarantine"));

        Assert.Equal("mismatch", await RefusalAsync(StartAlone(secret, (key, "https://example.com/wrong/too")), id));
        await PostAsync(
            StartAlone(secret, (key, "https://example.com/webhooks/test")), $"{Quarantine}/{id}/admit", new { reason = "the address was wrong" });

        Assert.Equal("1", await TextAsync("SELECT count(*)::text FROM webhooks.events"));
    }

    /// <summary>What tells these events apart stands in a header: the second is not the first one again.</summary>
    [Theory]
    [InlineData("shopify", "X-Shopify-Topic", "orders/create", "orders/paid")]
    [InlineData("svix", "svix-id", "msg_1", "msg_2")]
    public async Task Events_of_the_same_bytes_are_kept_and_admitted_side_by_side(string provider, string header, string first, string second)
    {
        var wrong = StartAlone(($"Webhooks:Sources:{provider}:Secret", "whsec_" + Convert.ToBase64String(new byte[32])));

        await RefuseAsync(wrong, provider, Sign(first), 1);
        await RefuseAsync(wrong, provider, Sign(second), 2);
        await RefuseAsync(wrong, provider, Sign(first), 3);

        Assert.Equal("1 2", await TextAsync("SELECT string_agg(times::text, ' ' ORDER BY times) FROM webhooks.quarantine"));
        var app = StartAlone(($"Webhooks:Sources:{provider}:Secret", ProviderSigner.SecretOf(provider)));
        var answer = await PostAsync(app, $"{Quarantine}/admit", new { reason = "the secret was wrong", source = provider });
        Assert.Equal((2, 0), (Number(answer, "admitted"), Number(answer, "duplicates")));
        Assert.Equal("2", await TextAsync("SELECT count(*)::text FROM webhooks.events"));

        SignedSample Sign(string id)
        {
            var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            var sample = ProviderSigner.Sign(provider, "text", time).WithHeader(header, id);
            if (provider != "svix")
            {
                return sample;
            }

            // Its signature covers the id
            var key = Convert.FromBase64String(ProviderSigner.SecretOf(provider)["whsec_".Length..]);
            var mac = HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. sample.Body]);
            return sample.WithHeader("svix-signature", $"v1,{Convert.ToBase64String(mac)}");
        }
    }

    /// <summary>As of its receive time, a secret that has expired since was good, and one that had expired then was not.</summary>
    [Theory]
    [InlineData(-1, null)]
    [InlineData(-3, "mismatch")]
    public async Task Secret_counts_if_it_counted_then(int expiredDaysAgo, string? refusal)
    {
        var (id, _) = await RefusedAsync(StartAlone(), Event("evt_1"), ago: TimeSpan.FromDays(2));
        var app = StartAlone(
            ("Webhooks:Sources:stripe:Secrets:0:Id", "old"),
            ("Webhooks:Sources:stripe:Secrets:0:Value", RightSecret),
            ("Webhooks:Sources:stripe:Secrets:0:ExpiresAt", $"{TimeProvider.System.GetUtcNow().AddDays(expiredDaysAgo):O}"));

        if (refusal is not null)
        {
            Assert.Equal(refusal, await RefusalAsync(app, id));
            return;
        }

        await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "x" });
        Assert.Equal("old", await TextAsync("SELECT secret_id FROM webhooks.events"));
    }

    [Fact]
    public async Task Dry_run_judges_and_changes_nothing()
    {
        var id = await RefuseAsync(StartAlone(), Event("evt_1"));
        var app = StartAlone(Fixed);

        var one = await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "x", dryRun = true });
        var all = await PostAsync(app, $"{Quarantine}/admit", new { reason = "x", source = "stripe", dryRun = true });

        Assert.Equal("""{"id":null,"duplicate":false,"dryRun":true}""", one.GetRawText());
        Assert.Equal("""{"genuine":1,"admitted":0,"duplicates":0,"refused":{},"dryRun":true}""", all.GetRawText());

        Assert.Equal(id, Assert.Single(await ListAsync(app)).GetProperty("id").GetGuid());
        Assert.Equal("0", await TextAsync("SELECT count(*)::text FROM webhooks.events"));
        Assert.Equal("", await AuditAsync());
    }

    [Fact]
    public async Task Source_is_admitted_as_a_whole_and_counted()
    {
        var app = StartAlone();
        await RefuseAsync(app, Event("evt_1"));
        await RefuseAsync(app, Event("evt_2"));
        await RefuseAsync(app, Event("evt_later"));
        await RefuseAsync(app, Event("evt_forged"), "whsec_of_nobody");
        await RefuseAsync(app, Event("evt_forged_too"), "whsec_of_nobody");
        using var other = await app.PostAsync(Event("evt_other"), "stripe-eu", RightSecret);
        await Eventually.ReadAsync(CountAsync, count => count == 6);
        var repaired = StartAlone(Fixed);
        // What its sender sent again, with more luck, is there already
        await JsonAsync(await repaired.PostAsync(Event("evt_later"), secret: RightSecret), HttpStatusCode.OK);

        var answer = await PostAsync(repaired, $"{Quarantine}/admit", new { reason = "the secret was wrong", source = "Stripe" });

        Assert.Equal((3, 2, 1), (Number(answer, "genuine"), Number(answer, "admitted"), Number(answer, "duplicates")));
        Assert.Equal("""{"mismatch":2}""", answer.GetProperty("refused").GetRawText());
        Assert.Equal("evt_1 evt_2 evt_later", await TextAsync("SELECT string_agg(event_id, ' ' ORDER BY event_id) FROM webhooks.events"));
        Assert.Equal(3, await CountAsync());
        Assert.Equal("admin quarantine.admit Stripe the secret was wrong 2", await AuditAsync());
    }

    /// <summary>Their positions are the order of deliveries and of the feed: what was created must not come after what was paid.</summary>
    [Fact]
    public async Task Source_is_admitted_in_the_order_of_receipt()
    {
        var app = StartAlone();
        foreach (var id in new[] { "evt_created", "evt_paid", "evt_refunded" })
        {
            await RefuseAsync(app, Event(id));
        }

        await PostAsync(StartAlone(Fixed), $"{Quarantine}/admit", new { reason = "the secret was wrong", source = "stripe" });

        Assert.Equal(
            "evt_created evt_paid evt_refunded", await TextAsync("SELECT string_agg(event_id, ' ' ORDER BY position) FROM webhooks.events"));
    }

    [Fact]
    public async Task Duplicate_of_what_came_later_is_told()
    {
        var id = await RefuseAsync(StartAlone(), Event("evt_1"));
        var app = StartAlone(Fixed);
        var later = await JsonAsync(await app.PostAsync(Event("evt_1"), secret: RightSecret), HttpStatusCode.OK);

        var admitted = await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "x" });

        Assert.True(admitted.GetProperty("duplicate").GetBoolean());
        Assert.Equal(later.GetProperty("id").GetGuid(), admitted.GetProperty("id").GetGuid());
        Assert.Equal("1", await TextAsync("SELECT count(*)::text FROM webhooks.events"));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task What_would_be_an_event_of_a_day_that_is_not_kept_any_more_is_too_old()
    {
        var (id, _) = await RefusedAsync(StartAlone(), Event("evt_1"), ago: TimeSpan.FromDays(6));

        Assert.Equal("too_old", await RefusalAsync(StartAlone(Fixed, ("Webhooks:Retention:EventDays", "4")), id));
        await PostAsync(StartAlone(Fixed, ("Webhooks:Retention:EventDays", "6")), $"{Quarantine}/{id}/admit", new { reason = "x" });
    }

    [Fact]
    public async Task Challenge_and_what_is_no_event_are_not_admitted()
    {
        var id = await RefuseAsync(StartAlone(), "not json");
        Assert.Equal("no_event", await RefusalAsync(StartAlone(Fixed), id));
        Assert.Equal("unknown_source", await RefusalAsync(StartAlone(("Webhooks:Sources:stripe:Enabled", "false")), id));
    }

    [Theory]
    [InlineData("""{"source":"stripe"}""", "Reason")]
    [InlineData("""{"source":"stripe","reason":""}""", "Reason")]
    [InlineData("""{"source":"stripe","reason":"a\u0000"}""", "Reason")]
    [InlineData("""{"source":"\u0000","reason":"x"}""", "Source")]
    [InlineData("""{"reason":"x"}""", "source")]
    [InlineData("""{"source":"stripe","reason":"x","dry_run":true}""", null)]
    public async Task Incomplete_or_misspelt_order_is_400(string json, string? field)
    {
        var app = StartAlone();
        using var body = JsonDocument.Parse(json);

        var problem = await PostAsync(app, $"{Quarantine}/admit", body.RootElement, HttpStatusCode.BadRequest);

        if (field is not null)
        {
            Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name, ignoreCase: true);
        }
    }

    private static int Number(JsonElement answer, string name) => answer.GetProperty(name).GetInt32();
}
