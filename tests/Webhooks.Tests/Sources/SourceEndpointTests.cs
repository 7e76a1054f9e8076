using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Sources;

/// <summary>Whether a source is alive, and whether an old secret can go.</summary>
public sealed class SourceEndpointTests(DataStores stores) : OperationTest(stores)
{
    private const string Old = "whsec_the_old_one";
    private const string New = "whsec_the_new_one";

    [Fact]
    public async Task Last_event_failure_and_use_of_each_secret_are_visible_and_no_secret_is()
    {
        var app = StartAlone(
            ("Webhooks:Sources:stripe:Secrets:0:Id", "old"),
            ("Webhooks:Sources:stripe:Secrets:0:Value", Old),
            ("Webhooks:Sources:stripe:Secrets:0:ExpiresAt", "2020-01-01T00:00:00Z"),
            ("Webhooks:Sources:stripe:Secrets:1:Id", "new"),
            ("Webhooks:Sources:stripe:Secrets:1:Value", New),
            ("Webhooks:Sources:stripe:Secrets:1:ExpiresAt", "2100-01-01T00:00:00Z"),
            ("Webhooks:Sources:paystack:Enabled", "false"),
            ("Webhooks:Sources:paystack:Secrets:0:Value", "sk_live_without_an_id"),
            ("Webhooks:Sources:paystack:Secrets:1:Id", "kept"));
        Assert.Equal(JsonValueKind.Null, (await OneAsync(app, "stripe")).GetProperty("lastEventAt").ValueKind);
        var before = Floor(TimeProvider.System.GetUtcNow());

        await JsonAsync(await app.PostAsync("""{"id":"evt_1"}""", secret: New), HttpStatusCode.OK);
        using var refused = await app.PostAsync("""{"id":"evt_2"}""", secret: Old);

        var stripe = await Eventually.ReadAsync(
            () => OneAsync(app, "stripe"), one => IsTime(one, "lastEventAt") && IsTime(one, "lastFailureAt"));
        Assert.Equal(
            ("stripe", true, "mismatch"),
            (stripe.GetProperty("provider").GetString(), stripe.GetProperty("enabled").GetBoolean(), stripe.GetProperty("lastFailure").GetString()));
        Assert.InRange(stripe.GetProperty("lastEventAt").GetDateTimeOffset(), before, TimeProvider.System.GetUtcNow());
        Assert.InRange(stripe.GetProperty("lastFailureAt").GetDateTimeOffset(), before, TimeProvider.System.GetUtcNow());
        Assert.Equal(
            ["default False False", "old True False", "new False True"],
            stripe.GetProperty("secrets").EnumerateArray().Select(secret =>
                $"{secret.GetProperty("id")} {secret.GetProperty("expired").GetBoolean()} {IsTime(secret, "lastUsedAt")}"));

        var paystack = await OneAsync(app, "paystack");
        Assert.False(paystack.GetProperty("enabled").GetBoolean());
        Assert.Equal("kept", Assert.Single(paystack.GetProperty("secrets").EnumerateArray()).GetProperty("id").GetString());

        var other = await OneAsync(app, "stripe-eu");
        Assert.Equal("stripe", other.GetProperty("provider").GetString());
        Assert.False(IsTime(other, "lastEventAt") || IsTime(other, "lastFailureAt"));

        var text = (await GetAsync(app, "/webhooks/sources")).GetRawText();
        foreach (var secret in new[] { Old, New, WebhooksApp.Secret, WebhooksApp.OtherSecret, "sk_live" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_not_written_yet_is_when_the_service_stops()
    {
        await using (var app = new WebhooksApp(Database.ConnectionString))
        {
            await JsonAsync(await app.PostAsync("""{"id":"evt_1"}"""), HttpStatusCode.OK);
        }

        Assert.Equal(
            " default",
            await TextAsync("SELECT string_agg(secret_id, ' ' ORDER BY secret_id) FROM webhooks.source_uses WHERE last_at IS NOT NULL"));
    }

    private static bool IsTime(JsonElement one, string name) => one.GetProperty(name).ValueKind == JsonValueKind.String;

    /// <summary>Postgres keeps microseconds.</summary>
    private static DateTimeOffset Floor(DateTimeOffset time) => time.AddTicks(-(time.Ticks % 10));

    private static async Task<JsonElement> OneAsync(WebhooksApp app, string name) => Assert.Single(
        (await GetAsync(app, "/webhooks/sources")).EnumerateArray(), source => source.GetProperty("name").GetString() == name);
}
