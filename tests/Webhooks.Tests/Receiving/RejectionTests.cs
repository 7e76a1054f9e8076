using System.Net;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Receiving;

public sealed class RejectionTests(DataStores stores) : WebhooksTest(stores)
{
    [Fact]
    public async Task Changed_byte_is_rejected()
    {
        var body = NewEvent(type: "invoice.paid");
        var signature = WebhooksApp.Sign(body);
        await RejectedAsync("mismatch", App.PostAsync(body.Replace("paid", "pair", StringComparison.Ordinal), signature: signature));
    }

    [Fact]
    public async Task Old_signature_is_rejected() => await RejectedAsync("stale", SignedAt(TimeSpan.FromMinutes(-6)));

    [Fact]
    public async Task Future_signature_is_rejected() => await RejectedAsync("stale", SignedAt(TimeSpan.FromMinutes(6)));

    [Fact]
    public async Task Unsigned_event_is_rejected() => await RejectedAsync("missing", App.PostUnsignedAsync(NewEvent()));

    [Fact]
    public async Task Unreadable_signature_is_rejected() =>
        await RejectedAsync("malformed", App.PostAsync(NewEvent(), signature: "t=now,v1=abc"));

    [Fact]
    public async Task Event_of_one_source_is_rejected_by_another() =>
        await RejectedAsync("mismatch", App.PostAsync(NewEvent(), source: "stripe-eu", secret: WebhooksApp.Secret));

    [Fact]
    public async Task Signature_by_an_empty_secret_is_rejected() =>
        await RejectedAsync("mismatch", App.PostAsync(NewEvent(), secret: ""));

    [Fact]
    public async Task Body_that_is_not_json_gets_no_answer_about_that_without_a_signature() =>
        await RejectedAsync("missing", App.PostUnsignedAsync("not json"));

    [Fact]
    public async Task Known_event_gets_no_answer_about_that_without_a_signature()
    {
        var body = NewEvent();
        await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);

        var problem = await ProblemAsync(await App.PostUnsignedAsync(body), HttpStatusCode.Unauthorized);

        Assert.Equal("missing", problem.GetProperty("reason").GetString());
        Assert.Equal(0, await ScalarAsync<int>("SELECT duplicates FROM webhooks.keys"));
    }

    [Fact]
    public async Task Unknown_source_is_404_whatever_is_sent()
    {
        var signed = await ProblemAsync(await App.PostAsync(NewEvent(), source: "paystack"), HttpStatusCode.NotFound);
        var unsigned = await ProblemAsync(await App.PostUnsignedAsync("", source: "nobody"), HttpStatusCode.NotFound);

        Assert.Equal(signed.GetProperty("detail").GetString(), unsigned.GetProperty("detail").GetString());
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Other_methods_are_405() =>
        await ProblemAsync(await App.GetAsync("/webhooks/stripe"), HttpStatusCode.MethodNotAllowed);

    [Theory]
    [InlineData("not json")]
    [InlineData("\"evt_1\"")]
    [InlineData("""{"id":"evt_1" """)]
    public async Task Signed_body_that_is_no_json_is_400_and_that_is_named(string body)
    {
        var problem = await ProblemAsync(await App.PostAsync(body), HttpStatusCode.BadRequest);

        Assert.Equal("body", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public void Every_annotated_body_is_validated() => BodyValidation.AssertComplete(App.Services, typeof(WebhooksMetrics).Assembly);

    private Task<HttpResponseMessage> SignedAt(TimeSpan offset)
    {
        var body = NewEvent();
        var time = TimeProvider.System.GetUtcNow().Add(offset).ToUnixTimeSeconds();
        return App.PostAsync(body, signature: WebhooksApp.Sign(body, time: time));
    }

    private async Task RejectedAsync(string reason, Task<HttpResponseMessage> sending)
    {
        var problem = await ProblemAsync(await sending, HttpStatusCode.Unauthorized);
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        Assert.Equal(0, await CountAsync());
    }
}
