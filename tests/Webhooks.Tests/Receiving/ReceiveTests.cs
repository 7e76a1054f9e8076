using System.Net;
using System.Text;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Receiving;

public sealed class ReceiveTests(DataStores stores) : WebhooksTest(stores)
{
    [Fact]
    public async Task Signed_event_is_committed_byte_for_byte()
    {
        var body = NewEvent("evt_signed");
        var answer = await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);

        Assert.Equal("evt_signed", answer.GetProperty("eventId").GetString());
        Assert.False(answer.GetProperty("duplicate").GetBoolean());
        Assert.Equal(Encoding.UTF8.GetBytes(body), await ScalarAsync<byte[]>("SELECT body FROM webhooks.events"));
        Assert.Equal(answer.GetProperty("id").GetGuid(), await ScalarAsync<Guid>("SELECT id FROM webhooks.events"));
        Assert.Equal(
            "stripe evt_signed invoice.paid",
            await ScalarAsync<string>("SELECT concat_ws(' ', source, event_id, event_type) FROM webhooks.events"));
    }

    [Fact]
    public async Task Event_sent_again_is_a_duplicate_of_the_first()
    {
        var body = NewEvent();
        var first = await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        var second = await JsonAsync(await App.PostAsync(body, source: "Stripe"), HttpStatusCode.OK);

        Assert.True(second.GetProperty("duplicate").GetBoolean());
        Assert.Equal(first.GetProperty("id").GetGuid(), second.GetProperty("id").GetGuid());
        Assert.Equal("1 0", await ScalarAsync<string>("SELECT concat_ws(' ', duplicates, conflicts) FROM webhooks.keys"));
    }

    [Fact]
    public async Task Same_id_with_other_content_is_a_duplicate_that_is_flagged()
    {
        var body = NewEvent("evt_twice");
        await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        var second = await JsonAsync(await App.PostAsync(NewEvent("evt_twice", "invoice.void")), HttpStatusCode.OK);

        Assert.True(second.GetProperty("duplicate").GetBoolean());
        Assert.Equal("1 1", await ScalarAsync<string>("SELECT concat_ws(' ', duplicates, conflicts) FROM webhooks.keys"));
        Assert.Equal(Encoding.UTF8.GetBytes(body), await ScalarAsync<byte[]>("SELECT body FROM webhooks.events"));
    }

    [Fact]
    public async Task Same_id_from_another_source_is_another_event()
    {
        await JsonAsync(await App.PostAsync(NewEvent("evt_same")), HttpStatusCode.OK);
        var other = await JsonAsync(
            await App.PostAsync(NewEvent("evt_same"), source: "stripe-eu", secret: WebhooksApp.OtherSecret), HttpStatusCode.OK);

        Assert.False(other.GetProperty("duplicate").GetBoolean());
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Fifty_at_once_make_one_event()
    {
        var body = NewEvent();
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => App.PostAsync(body)));

        var answers = new List<(Guid Id, bool Duplicate)>();
        foreach (var response in responses)
        {
            var answer = await JsonAsync(response, HttpStatusCode.OK);
            answers.Add((answer.GetProperty("id").GetGuid(), answer.GetProperty("duplicate").GetBoolean()));
        }

        Assert.Single(answers, answer => !answer.Duplicate);
        Assert.Single(answers.DistinctBy(answer => answer.Id));
        Assert.Equal(1, await CountAsync());
        Assert.Equal(49, await ScalarAsync<int>("SELECT duplicates FROM webhooks.keys"));
    }

    [Fact]
    public async Task Body_at_the_limit_is_taken_and_stored_whole()
    {
        var body = EventOf(WebhooksApp.MaxBodyBytes);
        await JsonAsync(await App.PostAsync(body, chunked: true), HttpStatusCode.OK);
        Assert.Equal(Encoding.UTF8.GetBytes(body), await ScalarAsync<byte[]>("SELECT body FROM webhooks.events"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_past_the_limit_is_413_and_never_shortened(bool chunked)
    {
        // Signed for what would be left of it: a shortened body would pass
        var body = EventOf(WebhooksApp.MaxBodyBytes);
        var signature = WebhooksApp.Sign(body);
        await ProblemAsync(
            await App.PostAsync(body + " ", signature: signature, chunked: chunked), HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Credentials_are_not_kept_with_the_headers()
    {
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer hidden");
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", "session=hidden");
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", "hidden");
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("X-Kept", ["one", "two"]);
        await JsonAsync(await App.PostAsync(NewEvent()), HttpStatusCode.OK);

        var headers = await ScalarAsync<string>("SELECT headers::text FROM webhooks.events");
        Assert.DoesNotContain("hidden", headers, StringComparison.Ordinal);
        Assert.Contains("\"stripe-signature\":\"t=", headers, StringComparison.Ordinal);
        Assert.Contains("\"content-type\":\"application/json\"", headers, StringComparison.Ordinal);
        Assert.Contains("\"x-kept\":\"one, two\"", headers, StringComparison.Ordinal);
    }

    private static string EventOf(int bytes)
    {
        var start = $$"""{"id":"evt_{{Guid.NewGuid():N}}","pad":" """;
        return start + new string('x', bytes - start.Length - 2) + "\"}";
    }
}
