using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Audit;

public sealed class AuditTests(DataStores stores) : OperationTest(stores)
{
    [Fact]
    public async Task Everything_that_was_done_by_hand_is_there_newest_first_in_pages()
    {
        var keys = await AddKeysAsync("webhooks:*");
        var app = Start(await SinkAsync());
        var id = await ReceiveAsync(app);
        await PostAsync(app, $"/webhooks/events/{id}/replay", new { reason = "one" }, HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(
            app, HttpMethod.Post, "/webhooks/destinations/shop/disable", keys[0], new { reason = "two" }));
        await PostAsync(app, "/webhooks/replays", new { reason = "three", filter = new { } }, HttpStatusCode.Accepted);
        await PostAsync(app, "/webhooks/quarantine/admit", new { reason = "four", source = "stripe" });

        var all = await NotesAsync("");

        Assert.Equal(
            [
                ("quarantine.admit", "four", "admin", 0), ("replay.begin", "three", "admin", 1),
                ("destination.disable", "two", keys[0].Split('_')[2], 0), ("event.replay", "one", "admin", 1L),
            ],
            all.Select(note => (Text(note, "action"), Text(note, "reason"), Text(note, "actor"), note.GetProperty("events").GetInt64())));
        Assert.Equal(("shop", id.ToString()), (Text(all[2], "subject"), Text(all[3], "subject")));
        Assert.All(all, note => Assert.InRange(
            note.GetProperty("at").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow()));
        var first = await NotesAsync("?limit=3");
        var second = await NotesAsync($"?limit=3&before={first[^1].GetProperty("id").GetInt64()}");
        Assert.Equal((3, "one"), (first.Count, Text(Assert.Single(second), "reason")));

        async Task<IReadOnlyList<JsonElement>> NotesAsync(string query) =>
            [.. (await GetAsync(app, $"/webhooks/audit{query}")).EnumerateArray()];

        static string Text(JsonElement note, string name) => note.GetProperty(name).GetString()!;
    }
}
