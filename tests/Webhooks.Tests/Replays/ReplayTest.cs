using System.Net;
using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Delivery;

namespace ProdReady.Webhooks.Tests.Replays;

/// <summary>A test class with two destinations: <c>shop</c> wants all events, <c>mail</c> only what begins with <c>invoice.</c></summary>
public abstract class ReplayTest(DataStores stores) : OperationTest(stores)
{
    private protected const string Replays = "/webhooks/replays";

    private protected WebhooksApp StartBoth(Sink shop, Sink mail, params (string Key, string Value)[] settings) => Start(
        shop,
        [
            ("Webhooks:Destinations:mail:Url", mail.Url),
            ("Webhooks:Destinations:mail:SigningSecret", SigningSecret),
            ("Webhooks:Destinations:mail:Subscriptions:0", "*:invoice.*"),
            ("Webhooks:Destinations:mail:RetrySchedule:0", "00:00:00.01"),
            ("Queues:delivery_mail:PollInterval", "00:00:00.05"),
            .. settings,
        ]);

    /// <summary>Events that were taken in before there was a destination, so that only a replay delivers them.</summary>
    private protected async Task<IReadOnlyList<Guid>> ReceiveUndeliveredAsync(int count, string type = "invoice.paid")
    {
        var ids = new List<Guid>();
        await using var app = new WebhooksApp(Database.ConnectionString);
        for (var number = 0; number < count; number++)
        {
            ids.Add(await ReceiveAsync(app, type: type));
        }

        await Eventually.ReadAsync(
            () => TextAsync("SELECT (position = (SELECT max(position) FROM webhooks.events))::text FROM webhooks.cursors WHERE name = 'deliver'"),
            passed => passed == "true");
        return ids;
    }

    private protected static async Task<Guid> BeginAsync(WebhooksApp app, object filter, int rate = 1000, string[]? destinations = null)
    {
        var begun = await PostAsync(app, Replays, new { reason = "they lost them", filter, rate, destinations }, HttpStatusCode.Accepted);
        Assert.Equal(("running", "admin", 0), (State(begun), begun.GetProperty("createdBy").GetString(), Replayed(begun)));
        return begun.GetProperty("id").GetGuid();
    }

    private protected static Task<JsonElement> UntilAsync(WebhooksApp app, Guid id, Func<JsonElement, bool> done) =>
        Eventually.ReadAsync(() => GetAsync(app, $"{Replays}/{id}"), done);

    private protected static Task<JsonElement> UntilDoneAsync(WebhooksApp app, Guid id) =>
        UntilAsync(app, id, replay => State(replay) == "done");

    private protected static string? State(JsonElement replay) => replay.GetProperty("state").GetString();

    private protected static long Replayed(JsonElement replay) => replay.GetProperty("replayed").GetInt64();

    /// <summary>The events that a replay has been tried for, one entry for each try.</summary>
    private protected async Task<string[]> TriedAsync(Guid replay) => (await TextAsync(
        $"SELECT coalesce(string_agg(event_id::text, ' ' ORDER BY event_id), '') FROM webhooks.attempts WHERE replay_id = '{replay}'"))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private protected static string[] Sorted(IEnumerable<Guid> ids) => [.. ids.Select(id => id.ToString()).Order(StringComparer.Ordinal)];
}
