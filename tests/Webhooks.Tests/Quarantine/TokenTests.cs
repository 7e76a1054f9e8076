using System.Net;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Quarantine;

/// <summary>A provider's token that comes with each request is a secret: it is kept encrypted, or not at all.</summary>
public sealed class TokenTests(DataStores stores) : QuarantineTest(stores)
{
    private const string Token = "the-token-that-the-provider-has";
    private const string Body = """{"event":"charge.completed","data":{"id":1,"status":"successful"}}""";
    private static readonly (string, string) Keys = ("Webhooks:Encryption:Keys", $"k1:{Convert.ToBase64String(new byte[32])}");

    [Theory]
    [InlineData("gitlab", "X-Gitlab-Token")]
    [InlineData("flutterwave-v3", "verif-hash")]
    public async Task Without_a_key_the_token_is_not_kept_and_nothing_can_be_admitted(string source, string header)
    {
        var id = await RefuseTokenAsync(StartAlone(($"Webhooks:Sources:{source}:Secret", "wrong")), source, header);

        var kept = await TextAsync("SELECT concat(convert_from(headers, 'UTF8'), url, convert_from(body, 'UTF8')) FROM webhooks.quarantine");
        Assert.Contains("content-type", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(header, kept, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, kept, StringComparison.Ordinal);
        Assert.Equal("missing", await RefusalAsync(StartAlone(($"Webhooks:Sources:{source}:Secret", Token)), id));
    }

    [Theory]
    [InlineData("gitlab", "X-Gitlab-Token")]
    [InlineData("flutterwave-v3", "verif-hash")]
    public async Task With_a_key_it_is_encrypted_and_admitted(string source, string header)
    {
        var id = await RefuseTokenAsync(StartAlone(($"Webhooks:Sources:{source}:Secret", "wrong"), Keys), source, header);

        Assert.Equal("k1", await TextAsync("SELECT encryption_key FROM webhooks.quarantine"));
        Assert.Equal("0 0", await TextAsync(
            $"""
            SELECT concat(position(convert_to('{Token}', 'UTF8') IN headers), ' ', position(convert_to('charge', 'UTF8') IN body))
            FROM webhooks.quarantine
            """));
        var app = StartAlone(($"Webhooks:Sources:{source}:Secret", Token), Keys);
        using var bytes = await app.GetAsync($"{Quarantine}/{id}/body");
        Assert.Equal(Body, await bytes.Content.ReadAsStringAsync(Cancellation));

        await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "x" });

        Assert.Equal(Body, await TextAsync("SELECT convert_from(body, 'UTF8') FROM webhooks.events"));
        Assert.DoesNotContain(Token, await TextAsync("SELECT headers::text FROM webhooks.events"), StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Key_that_was_taken_out_is_named_and_the_others_are_judged()
    {
        var id = await RefuseTokenAsync(StartAlone(("Webhooks:Sources:gitlab:Secret", "wrong"), Keys), "gitlab", "X-Gitlab-Token");
        var app = StartAlone(("Webhooks:Sources:gitlab:Secret", Token), ("Webhooks:Encryption:Keys", $"k2:{Convert.ToBase64String(new byte[32])}"));

        Assert.Single(await ListAsync(app));
        using var bytes = await app.GetAsync($"{Quarantine}/{id}/body");
        Assert.Equal(HttpStatusCode.InternalServerError, bytes.StatusCode);
        Assert.Contains("'k1'", await bytes.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        var one = await PostAsync(app, $"{Quarantine}/{id}/admit", new { reason = "x" }, HttpStatusCode.InternalServerError);
        Assert.Contains("'k1'", one.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var all = await PostAsync(app, $"{Quarantine}/admit", new { reason = "x", source = "gitlab" });
        Assert.Equal("""{"encrypted_with_other_key":1}""", all.GetProperty("refused").GetRawText());
        Assert.Equal(1, await CountAsync());
    }

    private async Task<Guid> RefuseTokenAsync(WebhooksApp app, string source, string header)
    {
        using var refused = await DeliverAsync(app, source, Body, (header, Token));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await Eventually.ReadAsync(CountAsync, count => count == 1);
        return Guid.Parse(await TextAsync("SELECT id::text FROM webhooks.quarantine"));
    }
}
