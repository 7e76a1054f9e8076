using System.Net;
using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Quarantine;

/// <summary>A test class with refused requests.</summary>
public abstract class QuarantineTest(DataStores stores) : OperationTest(stores)
{
    private protected const string Quarantine = "/webhooks/quarantine";

    /// <summary>What the provider signs with; the service does not know it until <see cref="Fixed"/>.</summary>
    private protected const string RightSecret = "whsec_that_the_provider_has";

    private protected static readonly (string, string) Fixed = ("Webhooks:Sources:stripe:Secret", RightSecret);

    private protected static string Event(string id) => $$"""{ "id" : "{{id}}",  "type":"invoice.paid" }""";

    /// <summary>Has a request refused, and waits until it is kept.</summary>
    /// <returns>Its id in the quarantine.</returns>
    private protected async Task<Guid> RefuseAsync(WebhooksApp app, string body, string secret = RightSecret, DateTimeOffset? signedAt = null)
    {
        var times = await TimesAsync(body);
        using var response = await app.PostAsync(body, signature: WebhooksApp.Sign(body, secret, signedAt?.ToUnixTimeSeconds()));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await Eventually.ReadAsync(() => TimesAsync(body), now => now == times + 1);
        return Guid.Parse(await TextAsync($"SELECT id::text FROM webhooks.quarantine WHERE {Of(body)}"));
    }

    /// <summary>Has any provider's request refused, and waits until there are <paramref name="kept"/>.</summary>
    private protected async Task RefuseAsync(WebhooksApp app, string path, SignedSample sample, int kept = 1)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{path}") { Content = new ByteArrayContent(sample.Body) };
        foreach (var (name, value) in sample.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.ToString()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }

        using var response = await app.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await Eventually.ReadAsync(
            async () => long.Parse(
                await TextAsync("SELECT coalesce(sum(times), 0)::text FROM webhooks.quarantine"), System.Globalization.CultureInfo.InvariantCulture),
            times => times == kept);
    }

    /// <summary>The same, of a request that came some time ago.</summary>
    private protected async Task<(Guid Id, DateTimeOffset ReceivedAt)> RefusedAsync(WebhooksApp app, string body, TimeSpan ago)
    {
        var now = TimeProvider.System.GetUtcNow();
        var receivedAt = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero) - ago;
        var id = await RefuseAsync(app, body, signedAt: receivedAt);
        await ExecuteAsync("UPDATE webhooks.quarantine SET received_at = $1, last_at = $1 WHERE id = $2", receivedAt, id);
        return (id, receivedAt);
    }

    private protected static async Task<IReadOnlyList<JsonElement>> ListAsync(WebhooksApp app, string query = "") =>
        [.. (await GetAsync(app, $"{Quarantine}?{query}")).GetProperty("requests").EnumerateArray()];

    private protected static async Task<string?> RefusalAsync(WebhooksApp app, Guid id)
    {
        var problem = await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "a try" }, HttpStatusCode.Conflict);
        return problem.GetProperty("reason").GetString();
    }

    private protected async Task<long> CountAsync() => long.Parse(
        await TextAsync("SELECT count(*)::text FROM webhooks.quarantine"), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<int> TimesAsync(string body) => int.Parse(
        await TextAsync($"SELECT coalesce((SELECT times FROM webhooks.quarantine WHERE {Of(body)}), 0)::text"),
        System.Globalization.CultureInfo.InvariantCulture);

    private static string Of(string body) =>
        $"body_sha256 = sha256(convert_to('{body.Replace("'", "''", StringComparison.Ordinal)}', 'UTF8'))";
}
