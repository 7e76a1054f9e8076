using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Events;

public sealed class EventEndpointsTests(DataStores stores) : WebhooksTest(stores)
{
    [Fact]
    public async Task Operator_sees_that_an_event_has_landed()
    {
        var body = NewEvent("evt_seen");
        var before = TimeProvider.System.GetUtcNow();
        var stored = await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        await App.PostAsync(body);

        var seen = await JsonAsync(await App.GetAsync($"/webhooks/events/{stored.GetProperty("id").GetGuid()}"), HttpStatusCode.OK);

        var bytes = Encoding.UTF8.GetBytes(body);
        Assert.Equal(stored.GetProperty("id").GetGuid(), seen.GetProperty("id").GetGuid());
        Assert.Equal("stripe", seen.GetProperty("source").GetString());
        Assert.Equal("evt_seen", seen.GetProperty("eventId").GetString());
        Assert.Equal("invoice.paid", seen.GetProperty("type").GetString());
        Assert.InRange(
            seen.GetProperty("receivedAt").GetDateTimeOffset(), before.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), seen.GetProperty("sha256").GetString());
        Assert.Equal(bytes.Length, seen.GetProperty("size").GetInt32());
        Assert.Equal(1, seen.GetProperty("duplicates").GetInt32());
        Assert.Equal(0, seen.GetProperty("conflicts").GetInt32());
    }

    [Fact]
    public async Task Operator_gets_the_raw_bytes()
    {
        var body = NewEvent();
        var stored = await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);

        var response = await App.GetAsync($"/webhooks/events/{stored.GetProperty("id").GetGuid()}/body");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(Encoding.UTF8.GetBytes(body), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/body")]
    public async Task Only_a_key_opens_events(string part)
    {
        var stored = await JsonAsync(await App.PostAsync(NewEvent()), HttpStatusCode.OK);
        var path = $"/webhooks/events/{stored.GetProperty("id").GetGuid()}{part}";

        await ProblemAsync(await App.GetAsync(path, key: null), HttpStatusCode.Unauthorized);
        await ProblemAsync(await App.GetAsync(path, key: "some-other-key-of-some-length"), HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("0192f0c0-0000-7000-8000-000000000000")]
    [InlineData("0192f0c0-0000-7000-8000-000000000000/body")]
    [InlineData("evt_1")]
    public async Task Unknown_event_is_404(string id) =>
        await ProblemAsync(await App.GetAsync($"/webhooks/events/{id}"), HttpStatusCode.NotFound);
}
