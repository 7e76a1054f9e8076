using System.Net;
using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Tests.Inbox;

namespace ProdReady.Webhooks.Tests.Events;

public sealed class EventSearchTests(DataStores stores) : WebhooksTest(stores)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private InboxStore Inbox => App.Services.GetRequiredService<InboxStore>();

    [Theory]
    [InlineData("", "c b a")]
    [InlineData("source=stripe", "c a")]
    [InlineData("source=STRIPE", "c a")]
    [InlineData("type=invoice.paid", "a")]
    [InlineData("type=invoice.*", "c a")]
    [InlineData("type=*", "c b a")]
    [InlineData("type=invoice", "")]
    [InlineData("type=INVOICE.*", "")]
    [InlineData("eventId=b", "b")]
    [InlineData("eventId=b&source=stripe", "")]
    [InlineData("status=stored", "c b a")]
    [InlineData("status=dead", "")]
    [InlineData("status=pending", "")]
    [InlineData("status=delivered", "")]
    [InlineData("limit=1", "c")]
    public async Task Events_are_found_newest_first(string query, string expected)
    {
        await Inbox.AddAsync([
            NewEvents.Of("stripe", "a", """{"n":1}""", Now, "invoice.paid"),
            NewEvents.Of("github", "b", """{"n":2}""", Now, "push"),
            NewEvents.Of("stripe", "c", """{"n":3}""", Now, "invoice.created")]);

        Assert.Equal(expected, Ids(await SearchAsync(query)));
    }

    [Fact]
    public async Task Events_are_found_by_time()
    {
        await Inbox.AddAsync([.. Enumerable.Range(0, 4).Select(hour => NewEvents.Of("stripe", $"{hour}", "{}", Now.AddHours(-hour)))]);

        Assert.Equal("2 1", Ids(await SearchAsync(
            $"from={Uri.EscapeDataString($"{Now.AddHours(-2):O}")}&to={Uri.EscapeDataString($"{Now:O}")}")));
    }

    [Fact]
    public async Task Status_is_the_worst_of_the_destinations()
    {
        var stored = await Inbox.AddAsync([NewEvents.Of("stripe", "a", "1", Now), NewEvents.Of("stripe", "b", "2", Now), NewEvents.Of("stripe", "c", "3", Now)]);
        await ScalarAsync<object>(
            $"""
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination, state)
            SELECT id, position, received_at, destination, state FROM webhooks.events JOIN (VALUES
                ('{stored[0].Id}'::uuid, 'orders', 'delivered'), ('{stored[0].Id}', 'mail', 'pending'),
                ('{stored[1].Id}', 'orders', 'dead'), ('{stored[1].Id}', 'mail', 'pending'),
                ('{stored[2].Id}', 'orders', 'delivered')) AS delivery (event, destination, state) ON event = id
            """);

        var all = await SearchAsync("");
        Assert.Equal(
            ["c delivered", "b dead", "a pending"],
            all.GetProperty("events").EnumerateArray().Select(found => $"{found.GetProperty("eventId")} {found.GetProperty("status")}"));
        Assert.Equal("b a", Ids(await SearchAsync("status=pending")));
        Assert.Equal("b", Ids(await SearchAsync("status=dead")));
        Assert.Equal("c", Ids(await SearchAsync("status=delivered")));
        Assert.Equal("", Ids(await SearchAsync("status=stored")));
        Assert.Equal("c a", Ids(await SearchAsync("status=delivered&destination=orders")));
        Assert.Equal("b a", Ids(await SearchAsync("destination=mail")));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repetition_while_events_come_in()
    {
        await Inbox.AddAsync([.. Enumerable.Range(0, 7).Select(number => NewEvents.Of("stripe", $"{number}", $"{number}", Now))]);

        var first = await SearchAsync("limit=3");
        await Inbox.AddAsync([NewEvents.Of("stripe", "later", "{}", Now)]);
        var second = await SearchAsync($"limit=3&cursor={first.GetProperty("next")}");
        var third = await SearchAsync($"limit=3&cursor={second.GetProperty("next")}");

        Assert.Equal("6 5 4 | 3 2 1 | 0", $"{Ids(first)} | {Ids(second)} | {Ids(third)}");
        Assert.Equal(JsonValueKind.Null, third.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Events_are_found_by_what_their_body_contains()
    {
        var form = NewEvents.Of("twilio", "form", "MessageSid=SM1&MessageStatus=sent&To=%2B1", Now) with
        {
            Headers = """{"content-type":"application/x-www-form-urlencoded"}""",
        };
        await Inbox.AddAsync([
            NewEvents.Of("stripe", "a", """{"data":{"object":{"customer":"cus_1","amount":5}}}""", Now),
            NewEvents.Of("stripe", "b", """{"data":{"object":{"customer":"cus_2"}},"tags":["x","y"]}""", Now),
            NewEvents.Of("stripe", "text", "no JSON \0 at all", Now),
            NewEvents.Of("stripe", "zero", """{"a":"\u0000"}""", Now),
            NewEvents.Of("stripe", "half", """{"a":"\ud800"}""", Now),
            form,
            NewEvents.Of("stripe", "last", """{"last":true}""", Now)]);

        // The index follows the inbox in its order, so what comes last is there last
        await Eventually.ReadAsync(async () => Ids(await ContainsAsync("""{"last":true}""")), found => found == "last");
        Assert.Equal("a", Ids(await ContainsAsync("""{"data":{"object":{"customer":"cus_1"}}}""")));
        Assert.Equal("b", Ids(await ContainsAsync("""{"tags":["y"]}""")));
        Assert.Equal("form", Ids(await ContainsAsync("""{"MessageSid":"SM1"}""")));
        Assert.Equal("", Ids(await ContainsAsync("""{"data":{"object":{"customer":"cus_3"}}}""")));
        // What Postgres cannot hold is nowhere, and no failure
        Assert.Equal("", Ids(await ContainsAsync("""{"a":"\ud800"}""")));
        Assert.Equal("", Ids(await ContainsAsync("""{"a":1e999999}""")));
        Assert.Equal(4, await ScalarAsync<long>("SELECT count(*) FROM webhooks.payloads"));
    }

    [Theory]
    [InlineData("status=lost", "status")]
    [InlineData("status=1", "status")]
    [InlineData("contains=nonsense", "contains")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("cursor=-1", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("after=nonsense", "after")]
    [InlineData("after=0&cursor=5", "after")]
    [InlineData("after=0&wait=31s", "wait")]
    [InlineData("after=0&wait=soon", "wait")]
    [InlineData("wait=1s", "wait")]
    [InlineData("source=%00", "source")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    public async Task Wrong_question_is_400_that_names_the_parameter(string query, string parameter)
    {
        var problem = await ProblemAsync(await App.GetAsync($"/webhooks/events?{query}"), HttpStatusCode.BadRequest);

        Assert.Equal(parameter, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    private Task<JsonElement> ContainsAsync(string json) => SearchAsync($"contains={Uri.EscapeDataString(json)}");

    private async Task<JsonElement> SearchAsync(string query) =>
        await JsonAsync(await App.GetAsync($"/webhooks/events?{query}"), HttpStatusCode.OK);

    private static string Ids(JsonElement page) =>
        string.Join(' ', page.GetProperty("events").EnumerateArray().Select(found => found.GetProperty("eventId").GetString()));
}
