using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Receiving;

/// <summary>Replies that show a provider that its events are wanted here.</summary>
public sealed class ChallengeTests(DataStores stores) : WebhooksTest(
    stores,
    ("Webhooks:Sources:slack:Secret", ProviderSigner.SecretOf("slack")),
    ("Webhooks:Sources:zoom:Secret", ProviderSigner.SecretOf("zoom")),
    ("Webhooks:Sources:discord:Secret", ProviderSigner.SecretOf("discord")),
    ("Webhooks:Sources:meta:Secret", ProviderSigner.SecretOf("meta")),
    ("Webhooks:Sources:meta:VerifyToken", "the-token"),
    ("Webhooks:Sources:page:Provider", "meta"),
    ("Webhooks:Sources:page:Secret", "secret"))
{
    [Fact]
    public async Task Slack_gets_its_challenge_back()
    {
        var answer = await JsonAsync(
            await PostAsync("slack", """{"type":"url_verification","challenge":"3eZb\"rv"}"""), HttpStatusCode.OK);
        Assert.Equal("3eZb\"rv", answer.GetProperty("challenge").GetString());
    }

    [Fact]
    public async Task Zoom_gets_its_token_and_its_hash()
    {
        var answer = await JsonAsync(
            await PostAsync("zoom", """{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"""),
            HttpStatusCode.OK);
        Assert.Equal("qgg8vlvZRS6UYooatFL8Aw", answer.GetProperty("plainToken").GetString());
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(ProviderSigner.SecretOf("zoom")), "qgg8vlvZRS6UYooatFL8Aw"u8);
        Assert.Equal(Convert.ToHexStringLower(hash), answer.GetProperty("encryptedToken").GetString());
    }

    [Fact]
    public async Task Discord_gets_its_ping_back() => Assert.Equal(
        """{"type":1}""", (await JsonAsync(await PostAsync("discord", """{"id":"1","type":1}"""), HttpStatusCode.OK)).GetRawText());

    [Fact]
    public async Task Discords_ping_for_events_gets_204_and_is_no_event()
    {
        var response = await PostAsync("discord", """{"version":1,"application_id":"1234","type":0}""");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await CountAsync());

        await PostAsync("discord", """{"type":1,"event":{"type":"ENTITLEMENT_CREATE"}}""");
        Assert.Equal(1, await CountAsync());
    }

    /// <summary>Discord asks for 204 and no body, and ends a subscription whose answers are others.</summary>
    [Fact]
    public async Task Discords_event_gets_204_when_it_is_stored_and_when_it_comes_again()
    {
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var response = await PostAsync("discord", """{"type":1,"event":{"type":"ENTITLEMENT_CREATE"}}""");
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            Assert.Null(response.Content.Headers.ContentType);
            Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, await CountAsync());
    }

    [Theory]
    [InlineData("slack", """{"type":"url_verification","challenge":"x"}""")]
    [InlineData("zoom", """{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}""")]
    [InlineData("discord", """{"type":1}""")]
    [InlineData("discord", """{"type":0}""")]
    public async Task Challenge_without_a_good_signature_gets_no_reply(string source, string body)
    {
        var sample = ProviderSigner.SignBytes(source, Encoding.UTF8.GetBytes(body), Now);
        var problem = await ProblemAsync(await SendAsync(source, sample.WithBody([.. sample.Body, (byte)' '])), HttpStatusCode.Unauthorized);
        Assert.Equal("mismatch", problem.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Meta_gets_its_challenge_as_plain_text()
    {
        var response = await App.GetAsync("/webhooks/meta?hub.mode=subscribe&hub.challenge=<b>12&hub.verify_token=the-token", key: null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("<b>12", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("hub.mode=subscribe&hub.challenge=1&hub.verify_token=another")]
    [InlineData("hub.mode=subscribe&hub.challenge=1&hub.verify_token=")]
    [InlineData("hub.mode=subscribe&hub.challenge=1&hub.verify_token=the-token&hub.verify_token=the-token")]
    [InlineData("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=the-token")]
    [InlineData("hub.mode=subscribe&hub.verify_token=the-token")]
    [InlineData("")]
    public async Task Another_subscription_is_403(string query) =>
        await ProblemAsync(await App.GetAsync($"/webhooks/meta?{query}", key: null), HttpStatusCode.Forbidden);

    [Fact]
    public async Task Without_a_token_there_is_nothing_to_get()
    {
        var response = await App.GetAsync("/webhooks/page?hub.mode=subscribe&hub.challenge=1&hub.verify_token=", key: null);
        await ProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private Task<HttpResponseMessage> PostAsync(string source, string body) =>
        SendAsync(source, ProviderSigner.SignBytes(source, Encoding.UTF8.GetBytes(body), Now));

    private Task<HttpResponseMessage> SendAsync(string source, SignedSample sample)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{source}") { Content = new ByteArrayContent(sample.Body) };
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
