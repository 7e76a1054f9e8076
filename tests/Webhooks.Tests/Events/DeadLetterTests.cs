using System.Net;
using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Replays;

namespace ProdReady.Webhooks.Tests.Events;

public sealed class DeadLetterTests(DataStores stores) : ReplayTest(stores)
{
    private const string DeadLetters = "/webhooks/dead-letters";
    private static readonly string[] Destinations = ["mail", "shop"];

    [Fact]
    public async Task Listed_with_the_last_answer_page_by_page_and_replayed_by_a_filter()
    {
        var isWell = false;
        var calls = 0;
        Func<HttpContext, Delivery.Received, Task> answer = async (context, _) =>
        {
            context.Response.StatusCode = Volatile.Read(ref isWell) ? 204 : 500;
            if (context.Response.StatusCode == 500)
            {
                await context.Response.WriteAsync($"broken, call {Interlocked.Increment(ref calls)}", context.RequestAborted);
            }
        };
        var (shop, mail) = (await SinkAsync(answer), await SinkAsync(answer));
        var app = StartBoth(shop, mail, ("shop:CircuitFailures", "1000"), ("Webhooks:Destinations:mail:CircuitFailures", "1000"));
        Guid[] ids = [await ReceiveAsync(app), await ReceiveAsync(app), await ReceiveAsync(app)];

        var all = await Eventually.ReadAsync(() => ListAsync(app, ""), found => found.Count == 6);

        Assert.Equal(
            from id in ids.Reverse() from destination in Destinations select $"{id} {destination}", all.Select(Name));
        var one = all[1];
        Assert.Equal(
            ("stripe", "invoice.paid", 3, 500, "It answered 500."),
            (one.GetProperty("source").GetString(), one.GetProperty("type").GetString(), one.GetProperty("attempts").GetInt32(),
                one.GetProperty("lastStatus").GetInt32(), one.GetProperty("lastError").GetString()));
        Assert.Equal(
            await TextAsync($"SELECT convert_from(response, 'UTF8') FROM webhooks.attempts WHERE event_id = '{ids[2]}' AND destination = 'shop' AND number = 3"),
            one.GetProperty("lastResponse").GetString());
        Assert.Equal(JsonValueKind.String, one.GetProperty("endedAt").ValueKind);

        // Three to a page: the edge of the first is between two destinations of one event
        foreach (var limit in new[] { 1, 3, 4, 5 })
        {
            Assert.Equal(all.Select(Name), (await PagesAsync(app, limit)).Select(Name));
        }

        Assert.Equal(ids.Reverse().Select(id => $"{id} shop"), (await ListAsync(app, "?destination=shop")).Select(Name));

        Volatile.Write(ref isWell, true);
        var replay = await BeginAsync(app, new { status = "dead", destination = "shop" }, destinations: ["shop"]);
        Assert.Equal(3, Replayed(await UntilDoneAsync(app, replay)));
        await Eventually.ReadAsync(() => ListAsync(app, "?destination=shop"), left => left.Count == 0);
        await EmptyAsync();
        Assert.Equal(Sorted(ids), await TriedAsync(replay));
        Assert.Equal(ids.Reverse().Select(id => $"{id} mail"), (await ListAsync(app, "")).Select(Name));
    }

    [Theory]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("cursor=5", "cursor")]
    [InlineData("cursor=-5:shop", "cursor")]
    [InlineData("cursor=5:%00", "cursor")]
    [InlineData("destination=%00", "destination")]
    public async Task Wrong_question_is_400_that_names_the_parameter(string query, string parameter)
    {
        var problem = await JsonAsync(await StartAlone().GetAsync($"{DeadLetters}?{query}"), HttpStatusCode.BadRequest);

        Assert.Equal(parameter, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    private static string Name(JsonElement letter) => $"{letter.GetProperty("id")} {letter.GetProperty("destination")}";

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(WebhooksApp app, string query) =>
        [.. (await GetAsync(app, $"{DeadLetters}{query}")).GetProperty("deliveries").EnumerateArray()];

    private static async Task<IReadOnlyList<JsonElement>> PagesAsync(WebhooksApp app, int limit)
    {
        var letters = new List<JsonElement>();
        string? next = null;
        do
        {
            var page = await GetAsync(app, $"{DeadLetters}?limit={limit}{(next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}")}");
            letters.AddRange(page.GetProperty("deliveries").EnumerateArray());
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        return letters;
    }
}
