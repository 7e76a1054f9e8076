using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>What an operator sees and does.</summary>
public sealed class OperatorTests(DataStores stores) : DeliveryTest(stores)
{
    [Fact]
    public async Task Gone_disables_everywhere_and_enabling_delivers_what_waited()
    {
        var sink = await SinkAsync(410);
        var app = Start(sink);
        var other = Start(sink);

        var id = await ReceiveAsync(app);

        await StateAsync(id, "pending", 1);
        foreach (var one in new[] { app, other })
        {
            await Eventually.ReadAsync(async () => (await ListAsync(one)).GetProperty("state").GetString(), state => state == "disabled");
        }

        var second = await ReceiveAsync(other);
        await StateAsync(second, "pending", 0);
        var listed = await ListAsync(other);
        Assert.Equal("It answered 410: it wants no more events, and is disabled.", listed.GetProperty("reason").GetString());
        Assert.Equal(2, listed.GetProperty("pending").GetInt64());
        Assert.Single(sink.All);

        await NoContentAsync(await SendAsync(other, "/webhooks/destinations/shop/enable", new { reason = "they are back" }));

        await StateAsync(id, "delivered", 2);
        await StateAsync(second, "delivered", 1);
        Assert.Equal(
            "admin destination.enable shop they are back 0",
            await TextAsync("SELECT concat_ws(' ', actor, action, subject, reason, events) FROM webhooks.audit"));
    }

    [Fact]
    public async Task Disabled_by_hand_waits_without_using_up_tries()
    {
        var sink = await SinkAsync();
        var app = Start(sink);
        await NoContentAsync(await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "maintenance" }));

        var id = await ReceiveAsync(app);

        await Eventually.ReadAsync(() => TextAsync("SELECT state FROM webhooks.jobs"), state => state == "running");
        Assert.Empty(sink.All);
        Assert.Equal("1", await TextAsync("SELECT count(*)::text FROM webhooks.audit WHERE action = 'destination.disable'"));
        await NoContentAsync(await SendAsync(app, "/webhooks/destinations/shop/enable", new { reason = "done" }));
        await StateAsync(id, "delivered", 1);
    }

    [Fact]
    public async Task List_shows_what_there_is_without_secrets()
    {
        var sink = await SinkAsync(500);
        var app = Start(sink);
        var id = await ReceiveAsync(app);
        await StateAsync(id, "delivered", 2);

        var one = await Eventually.ReadAsync(() => ListAsync(app), found => found.GetProperty("lastSuccess").ValueKind == JsonValueKind.String
            && found.GetProperty("lastFailure").ValueKind == JsonValueKind.String);

        Assert.Equal(("shop", "http", "enabled"), (Text("name"), Text("kind"), Text("state")));
        Assert.Equal(new Uri(sink.Url).Authority, Text("host"));
        Assert.Equal("It answered 500.", Text("lastError"));
        Assert.Equal(["*:*"], one.GetProperty("subscriptions").EnumerateArray().Select(text => text.GetString()));
        Assert.Equal((0, 0), (one.GetProperty("pending").GetInt64(), one.GetProperty("dead").GetInt64()));
        Assert.DoesNotContain("receivers-secret", one.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(SigningSecret, one.GetRawText(), StringComparison.Ordinal);

        string? Text(string name) => one.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Test_event_is_signed_and_sent_at_once()
    {
        var sink = await SinkAsync(418);
        var app = Start(sink);

        var answer = await JsonAsync(await SendAsync(app, "/webhooks/destinations/shop/test"), HttpStatusCode.OK);

        Assert.Equal((false, 418), (answer.GetProperty("delivered").GetBoolean(), answer.GetProperty("status").GetInt32()));
        Assert.Equal("answer 1: no", answer.GetProperty("response").GetString());
        Assert.True(answer.GetProperty("durationMs").GetDouble() > 0);
        var got = Assert.Single(sink.All);
        Assert.Equal(("prodready", "webhook.test"), (got.Headers["X-Webhook-Source"], got.Headers["X-Webhook-Type"]));
        Assert.StartsWith("v1,", got.Headers["webhook-signature"], StringComparison.Ordinal);
        Assert.Equal("0", await TextAsync("SELECT count(*)::text FROM webhooks.attempts"));
    }

    [Fact]
    public async Task Strangers_and_unknown_names_are_refused()
    {
        var app = Start(await SinkAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/webhooks/destinations", key: null)).StatusCode);
        using var unsigned = await app.Client.PostAsync(new Uri("/webhooks/destinations/shop/test", UriKind.Relative), null, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        foreach (var action in new[] { "enable", "disable", "test" })
        {
            using var unknown = await SendAsync(app, $"/webhooks/destinations/nobody/{action}", new { reason = "x" });
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }

        using var unexplained = await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "" });
        Assert.Equal(HttpStatusCode.BadRequest, unexplained.StatusCode);
    }

    [Theory]
    [InlineData("""{"reason":"x","dryRun":true}""")]
    [InlineData("""{"reason":"a \u0000"}""")]
    [InlineData("""{"reason":null}""")]
    [InlineData("{}")]
    public async Task Misspelt_or_unwritable_order_is_400_and_changes_nothing(string json)
    {
        var app = Start(await SinkAsync());
        await NoContentAsync(await SendAsync(app, "/webhooks/destinations/shop/disable", new { reason = "maintenance" }));
        var id = await ReceiveAsync(app);
        await StateAsync(id, "pending", 0);
        using var body = JsonDocument.Parse(json);

        foreach (var action in new[] { "discard", "enable", "disable" })
        {
            await JsonAsync(await SendAsync(app, $"/webhooks/destinations/shop/{action}", body.RootElement), HttpStatusCode.BadRequest);
        }

        await StateAsync(id, "pending", 0);
        Assert.Equal("maintenance", (await ListAsync(app)).GetProperty("reason").GetString());
        Assert.Equal("1", await TextAsync("SELECT count(*)::text FROM webhooks.audit"));
    }

    [Fact]
    public async Task Destination_that_its_settings_disable_gets_nothing_and_is_not_enabled_by_hand()
    {
        var app = Start(await SinkAsync(), ("shop:Enabled", "false"));
        await Eventually.ReadAsync(async () => (await ListAsync(app)).GetProperty("state").GetString(), state => state == "disabled");
        using var answer = await SendAsync(app, "/webhooks/destinations/shop/enable", new { reason = "x" });
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    private static async Task<JsonElement> ListAsync(WebhooksApp app) =>
        Assert.Single((await JsonAsync(await app.GetAsync("/webhooks/destinations"), HttpStatusCode.OK)).EnumerateArray().ToList());

    private static async Task NoContentAsync(HttpResponseMessage response) =>
        Assert.True(response.StatusCode == HttpStatusCode.NoContent, await response.Content.ReadAsStringAsync(Cancellation));
}
