using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Receiving;

/// <summary>Events of several providers, from the socket to the table.</summary>
public sealed class ProvidersTests(DataStores stores) : WebhooksTest(
    stores,
    ("Webhooks:Sources:twilio:Secret", ProviderSigner.SecretOf("twilio")),
    ("Webhooks:Sources:twilio:PublicUrl", "https://example.com/webhooks/test"),
    ("Webhooks:Sources:sendgrid:Secret", ProviderSigner.SecretOf("sendgrid")),
    ("Webhooks:Sources:github:Secret", ProviderSigner.SecretOf("github")),
    ("Webhooks:Sources:svix:Secret", ProviderSigner.SecretOf("svix v1a")),
    ("Webhooks:Sources:shopify:Secret", ProviderSigner.SecretOf("shopify")),
    ("Webhooks:Sources:paystack:Secret", ProviderSigner.SecretOf("paystack")),
    ("Webhooks:Sources:flutterwave:Secret", ProviderSigner.SecretOf("flutterwave")),
    ("Webhooks:Sources:gitlab:Secret", "the-token"))
{
    [Theory]
    [InlineData("twilio", "SM1:sent", "url+body")]
    [InlineData("sendgrid", null, "body+time")]
    [InlineData("github", "delivery-1", "body")]
    [InlineData("svix v1a", "msg_1", "body+time")]
    public async Task Signed_event_is_stored_with_what_that_proves(string provider, string? id, string authenticated)
    {
        var sample = ProviderSigner.Sign(provider, "text", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var answer = await JsonAsync(
            await SendAsync(provider.Split(' ')[0], sample.WithHeader("X-GitHub-Delivery", "delivery-1")), HttpStatusCode.OK);
        Assert.Equal(id, answer.GetProperty("eventId").GetString());
        Assert.Equal(sample.Body, await ScalarAsync<byte[]>("SELECT body FROM webhooks.events"));
        Assert.Equal($"default {authenticated}", await ScalarAsync<string>("SELECT concat_ws(' ', secret_id, authenticated) FROM webhooks.events"));
    }

    [Fact]
    public async Task Captured_request_with_another_unsigned_id_is_a_duplicate()
    {
        var sample = ProviderSigner.Sign("github", "text", 1);
        await JsonAsync(await SendAsync("github", sample.WithHeader("X-GitHub-Delivery", "delivery-1")), HttpStatusCode.OK);
        var again = await JsonAsync(await SendAsync("github", sample.WithHeader("X-GitHub-Delivery", "delivery-2")), HttpStatusCode.OK);
        Assert.True(again.GetProperty("duplicate").GetBoolean());
    }

    /// <summary>An order that is paid at once makes two events of the same bytes.</summary>
    [Fact]
    public async Task Shopifys_topics_are_events_of_their_own_though_their_bytes_are_the_same()
    {
        var sample = ProviderSigner.Sign("shopify", "text", 1).WithHeader("X-Shopify-Event-Id", "event-1");
        await AssertDuplicateAsync(sample, "orders/create", false);
        await AssertDuplicateAsync(sample, "orders/paid", false);
        await AssertDuplicateAsync(sample, "orders/create", true);
        Assert.Equal(2, await CountAsync());

        var later = ProviderSigner.Sign("shopify", "other", 1).WithHeader("X-Shopify-Event-Id", "event-1");
        await AssertDuplicateAsync(later, "orders/updated", false);
        Assert.False(await ScalarAsync<bool>("SELECT bool_or(shares_id) FROM webhooks.events"));

        async Task AssertDuplicateAsync(SignedSample sent, string topic, bool duplicate)
        {
            var answer = await JsonAsync(await SendAsync("shopify", sent.WithHeader("X-Shopify-Topic", topic)), HttpStatusCode.OK);
            Assert.Equal(duplicate, answer.GetProperty("duplicate").GetBoolean());
        }
    }

    /// <summary>A dispute's second reminder has the dispute's id, and is not the first one.</summary>
    [Fact]
    public async Task Paystacks_event_about_the_same_object_is_one_of_its_own_and_its_repetition_is_not()
    {
        SignedSample[] reminders = [Reminder("first"), Reminder("second")];

        await AssertDuplicateAsync(reminders[0], false);
        await AssertDuplicateAsync(reminders[1], false);
        await AssertDuplicateAsync(reminders[0], true);
        Assert.Equal(2, await CountAsync());
        // Its signature has no time, so that a captured request must be known for as long as the event
        Assert.True(await ScalarAsync<bool>("SELECT bool_and(expires_at > now() + interval '29 days') FROM webhooks.keys"));

        static SignedSample Reminder(string text)
        {
            var body = $$$"""{"event":"charge.dispute.remind","data":{"id":7,"text":"{{{text}}}"}}""";
            var mac = HMACSHA512.HashData(Encoding.UTF8.GetBytes(ProviderSigner.SecretOf("paystack")), Encoding.UTF8.GetBytes(body));
            return TestSource.Sample(body, ("x-paystack-signature", Convert.ToHexStringLower(mac)));
        }

        async Task AssertDuplicateAsync(SignedSample sent, bool duplicate) => Assert.Equal(
            duplicate, (await JsonAsync(await SendAsync("paystack", sent), HttpStatusCode.OK)).GetProperty("duplicate").GetBoolean());
    }

    [Fact]
    public async Task Token_of_another_provider_is_not_stored_either()
    {
        var secret = ProviderSigner.SecretOf("flutterwave");
        var sample = ProviderSigner.Sign("flutterwave", "text", 1).WithHeader("verif-hash", secret);
        await JsonAsync(await SendAsync("flutterwave", sample), HttpStatusCode.OK);
        Assert.DoesNotContain(secret, await ScalarAsync<string>("SELECT headers::text FROM webhooks.events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_that_is_the_secret_is_not_stored()
    {
        var sample = TestSource.Sample("{}", ("X-Gitlab-Token", "the-token"), ("X-Gitlab-Event", "Push Hook"));
        await JsonAsync(await SendAsync("gitlab", sample), HttpStatusCode.OK);
        var headers = await ScalarAsync<string>("SELECT headers::text FROM webhooks.events");
        Assert.Contains("Push Hook", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("the-token", headers, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string source, SignedSample sample)
    {
        var query = source == "twilio" ? "?a=1" : "";
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{source}{query}") { Content = new ByteArrayContent(sample.Body) };
        foreach (var (name, value) in sample.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.ToString()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }

        return App.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
