using System.Net;
using System.Text;
using ProdReady.Testing;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Tests.Encryption;

/// <summary>A source with something that nobody must read from the tables, from the request to the receiver.</summary>
public sealed class EncryptedSourceTests(DataStores stores) : OperationTest(stores)
{
    private const string Card = "4242424242424242";
    private const string Body =
        """{ "id":"evt_1", "type":"charge.paid",  "data":{"object":{"customer":"cus_1","card":{"number":"4242424242424242"}}} }""";
    private static readonly (string, string) Path = ("Webhooks:Sources:stripe:EncryptedPaths:0", "/data/object/card");
    private static readonly string First = $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    private static readonly string Second = $"k2:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";

    [Fact]
    public async Task Nothing_of_it_is_in_the_tables_and_everybody_who_may_gets_it_in_clear()
    {
        // A receiver that tells what it got, as many do
        var sink = await SinkAsync((context, received) => context.Response.Body.WriteAsync(received.Body, context.RequestAborted).AsTask());
        var app = Start(sink, Path, Keys(First));
        var id = (await JsonAsync(await app.PostAsync(Body), HttpStatusCode.OK)).GetProperty("id").GetGuid();

        Assert.Equal(Body, Text(Assert.Single(await ReceivedAsync(sink, 1))));
        using var bytes = await app.GetAsync($"/webhooks/events/{id}/body");
        Assert.Equal(Body, await bytes.Content.ReadAsStringAsync(Cancellation));
        var fed = await GetAsync(app, "/webhooks/events?after=0");
        Assert.Equal(Body, Encoding.UTF8.GetString(fed.GetProperty("events")[0].GetProperty("body").GetBytesFromBase64()));
        await Eventually.ReadAsync(() => FindAsync(app, """{"data":{"object":{"customer":"cus_1"}}}"""), found => found == 1);
        Assert.Equal(0, await FindAsync(app, """{"data":{"object":{"card":{"number":"4242424242424242"}}}}"""));

        await StateAsync(id, "delivered", 1);
        Assert.Equal("1|200|-|-", await LastTryAsync(id));
        Assert.Equal("k1", await TextAsync("SELECT encryption_key FROM webhooks.events"));
        Assert.Equal("0", await TextAsync("SELECT position(convert_to('customer', 'UTF8') IN body)::text FROM webhooks.events"));
        Assert.Equal("", await TextAsync(
            $"""
            SELECT concat(
                (SELECT string_agg(event::text, ' ') FROM webhooks.events AS event WHERE event::text LIKE '%{Card}%'),
                (SELECT string_agg(payload::text, ' ') FROM webhooks.payloads WHERE payload::text LIKE '%{Card}%'),
                (SELECT string_agg(job::text, ' ') FROM webhooks.jobs AS job WHERE job::text LIKE '%{Card}%'),
                (SELECT string_agg(attempt::text, ' ') FROM webhooks.attempts AS attempt
                    WHERE concat(attempt::text, encode(attempt.response, 'escape')) LIKE '%{Card}%'))
            """));
    }

    [Theory]
    [InlineData("/data/object/card/number")]
    [InlineData("/data/object/card")]
    public async Task Key_of_an_order_is_not_in_the_queue_in_clear(string place)
    {
        var held = new TaskCompletionSource();
        var sink = await SinkAsync((_, _) => held.Task);
        var app = Start(sink, Path, Keys(First), ("shop:OrderingKey", place));
        await JsonAsync(await app.PostAsync(Body), HttpStatusCode.OK);
        await ReceivedAsync(sink, 1);
        await JsonAsync(await app.PostAsync(Body.Replace("evt_1", "evt_2", StringComparison.Ordinal)), HttpStatusCode.OK);
        await Eventually.ReadAsync(() => TextAsync("SELECT count(*)::text FROM webhooks.jobs"), count => count == "2");

        Assert.Matches("^stripe:hidden:[0-9a-f]{64}$", await TextAsync("SELECT string_agg(DISTINCT ordering_key, ' ') FROM webhooks.jobs"));

        held.SetResult();
        await ReceivedAsync(sink, 2);
        Assert.Equal(1, sink.MostRunning);
    }

    [Fact]
    public async Task After_a_rotation_old_bodies_open_until_their_key_is_taken_out_and_that_is_told()
    {
        Guid id;
        await using (var before = new WebhooksApp(Database.ConnectionString, Path, Keys(First)))
        {
            id = (await JsonAsync(await before.PostAsync(Body), HttpStatusCode.OK)).GetProperty("id").GetGuid();
        }

        await using (var rotated = new WebhooksApp(Database.ConnectionString, Path, Keys($"{Second},{First}")))
        {
            using var old = await rotated.GetAsync($"/webhooks/events/{id}/body");
            Assert.Equal(Body, await old.Content.ReadAsStringAsync(Cancellation));
            await JsonAsync(await rotated.PostAsync(Body.Replace("evt_1", "evt_2", StringComparison.Ordinal)), HttpStatusCode.OK);
            Assert.Equal("k1 k2", await TextAsync("SELECT string_agg(encryption_key, ' ' ORDER BY position) FROM webhooks.events"));
        }

        // Another replica, which the first restart has reached and the second has not
        await using (var behind = new WebhooksApp(Database.ConnectionString, Path, Keys($"{First},{Second}")))
        {
            Assert.Equal(2, (await GetAsync(behind, "/webhooks/events?after=0")).GetProperty("events").GetArrayLength());
        }

        var app = StartAlone(Path, Keys(Second));
        Assert.Equal(2, (await GetAsync(app, "/webhooks/events")).GetProperty("events").GetArrayLength());
        Assert.Equal("evt_1", (await GetAsync(app, $"/webhooks/events/{id}")).GetProperty("eventId").GetString());
        foreach (var path in new[] { $"/webhooks/events/{id}/body", "/webhooks/events?after=0" })
        {
            var problem = await JsonAsync(await app.GetAsync(path), HttpStatusCode.InternalServerError);
            Assert.Equal(
                "It is encrypted with the key 'k1', which WEBHOOKS_ENCRYPTION_KEYS does not hold.", problem.GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task Other_bytes_under_its_id_are_encrypted_too()
    {
        var app = StartAlone(Path, Keys(First));
        var id = (await JsonAsync(await app.PostAsync(Body), HttpStatusCode.OK)).GetProperty("id").GetGuid();
        var other = Body.Replace("cus_1", "cus_2", StringComparison.Ordinal);
        await JsonAsync(await app.PostAsync(other), HttpStatusCode.OK);

        var variant = Assert.Single((await GetAsync(app, $"/webhooks/events/{id}")).GetProperty("variants").EnumerateArray());
        using var bytes = await app.GetAsync($"/webhooks/events/{id}/variants/{variant.GetProperty("sha256").GetString()}/body");

        Assert.Equal(other, await bytes.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("0", await TextAsync("SELECT position(convert_to('customer', 'UTF8') IN body)::text FROM webhooks.variants"));
    }

    [Fact]
    public void Paths_without_a_key_stop_the_start_with_one_message()
    {
        Assert.ThrowsAny<Exception>(() => new WebhooksApp(Database.ConnectionString, Path));
        var (key, value) = Path;
        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
        Assert.Equal(
            "Webhooks:Sources:stripe:EncryptedPaths names what to encrypt, and WEBHOOKS_ENCRYPTION_KEYS "
            + "(Webhooks:Encryption:Keys) holds no key to do it. Example: 2026-11:$(openssl rand -base64 32)",
            new ValidateEncryptionOptions(settings).Validate(null, new()).FailureMessage);
    }

    private static (string, string) Keys(string keys) => ($"{EncryptionOptions.SectionName}:Keys", keys);

    private static async Task<int> FindAsync(WebhooksApp app, string json) => (await GetAsync(
        app, $"/webhooks/events?contains={Uri.EscapeDataString(json)}")).GetProperty("events").GetArrayLength();
}
