using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Replays;

/// <summary>One event, once more.</summary>
public sealed class EventReplayTests(DataStores stores) : ReplayTest(stores)
{
    private static readonly string[] OnlyMail = ["mail"];

    [Fact]
    public async Task Subscribers_get_it_again_under_the_same_id_and_the_tries_show_whose_doing_it_was()
    {
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var app = StartBoth(shop, mail);
        var id = await ReceiveAsync(app);
        await ReceivedAsync(shop, 1);
        await ReceivedAsync(mail, 1);
        await EmptyAsync();

        var replayed = await PostAsync(app, $"/webhooks/events/{id}/replay", new { reason = "a bug of theirs" }, HttpStatusCode.Accepted);

        Assert.Equal(["mail", "shop"], replayed.GetProperty("destinations").EnumerateArray().Select(name => name.GetString()));
        var replayId = replayed.GetProperty("replayId").GetGuid();
        foreach (var sink in new[] { shop, mail })
        {
            var got = await ReceivedAsync(sink, 2);
            Assert.Equal([id.ToString(), id.ToString()], got.Select(one => one.Headers["webhook-id"]));
            Assert.Equal(got[0].Body, got[1].Body);
        }

        await EmptyAsync();
        var attempts = (await GetAsync(app, $"/webhooks/events/{id}")).GetProperty("attempts").EnumerateArray()
            .Select(attempt => attempt.GetProperty("replayId")).ToList();
        Assert.Equal([JsonValueKind.Null, JsonValueKind.Null], attempts.Take(2).Select(attempt => attempt.ValueKind));
        Assert.Equal([replayId, replayId], attempts.Skip(2).Select(attempt => attempt.GetGuid()));
        Assert.Equal($"admin event.replay {id} a bug of theirs 1", await AuditAsync());
    }

    [Fact]
    public async Task Named_destination_gets_it_whether_it_subscribes_or_not()
    {
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var app = StartBoth(shop, mail);
        var id = await ReceiveAsync(app, type: "charge.failed");
        await ReceivedAsync(shop, 1);

        var replayed = await PostAsync(
            app, $"/webhooks/events/{id}/replay", new { reason = "x", destinations = OnlyMail }, HttpStatusCode.Accepted);

        Assert.Equal("""["mail"]""", replayed.GetProperty("destinations").GetRawText());
        Assert.Equal(id.ToString(), Assert.Single(await ReceivedAsync(mail, 1)).Headers["webhook-id"]);
        await EmptyAsync();
        Assert.Single(shop.All);
    }

    [Fact]
    public async Task Unknown_destination_and_event_are_told_and_nothing_is_begun()
    {
        var app = StartBoth(await SinkAsync(), await SinkAsync());
        var id = await ReceiveAsync(app);
        await EmptyAsync();

        foreach (var (destinations, message) in new[]
        {
            (new[] { "mail", "nobody", "Shop" }, "There is no destination nobody, Shop."),
            ([], "Name one at least, or leave it out for those that subscribe."),
        })
        {
            var problem = await PostAsync(app, $"/webhooks/events/{id}/replay", new { reason = "x", destinations }, HttpStatusCode.BadRequest);
            Assert.Equal(message, problem.GetProperty("errors").GetProperty("destinations")[0].GetString());
        }

        await PostAsync(app, $"/webhooks/events/{Guid.CreateVersion7()}/replay", new { reason = "x" }, HttpStatusCode.NotFound);
        await PostAsync(app, $"/webhooks/events/{id}/replay", new { reason = "" }, HttpStatusCode.BadRequest);
        Assert.Equal("", await AuditAsync());
        Assert.Equal("0", await TextAsync("SELECT count(*)::text FROM webhooks.attempts WHERE replay_id IS NOT NULL"));
    }
}
