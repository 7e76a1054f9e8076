using System.Text.Json;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Delivery;

namespace ProdReady.Webhooks.Tests.Replays;

/// <summary>Replicas that do not know the same destinations or subscriptions, as in a rolling deploy, and replays of one of them.</summary>
public sealed class RollingReplayTests(DataStores stores) : ReplayTest(stores)
{
    [Theory]
    [InlineData("mail")]
    [InlineData(null)]
    public async Task A_replica_that_does_not_know_a_destination_leaves_the_replay_to_others(string? named)
    {
        var ids = await ReceiveUndeliveredAsync(5);
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var replay = await BegunAsync(shop, mail, named);

        await using (var before = Start(shop))
        {
            // Replays take turns: once a later one is done, this one has had its turn
            await UntilDoneAsync(before, await BeginAsync(before, new { }, destinations: ["shop"]));
            var resting = await GetAsync(before, $"{Replays}/{replay}");
            Assert.Equal(("running", 0), (State(resting), Replayed(resting)));
            Assert.Equal(
                "It waits for a replica that has all its destinations: the one that answers has no mail.",
                resting.GetProperty("error").GetString());
        }

        await UntilDoneAsync(StartBoth(shop, mail), replay);
        await AllReceivedAsync(mail, ids);
    }

    [Fact]
    public async Task Who_subscribes_is_settled_when_it_begins()
    {
        var ids = await ReceiveUndeliveredAsync(5);
        var (shop, mail) = (await SinkAsync(), await SinkAsync());
        var replay = await BegunAsync(shop, mail, named: null);

        var before = StartBoth(shop, mail, ("Webhooks:Destinations:mail:Subscriptions:0", "*:charge.*"));
        var done = await UntilDoneAsync(before, replay);

        Assert.Equal(5, Replayed(done));
        Assert.Equal(JsonValueKind.Null, done.GetProperty("error").ValueKind);
        await AllReceivedAsync(mail, ids);
    }

    /// <summary>Some perhaps twice: the replica that accepted the replay may have begun it.</summary>
    private static async Task AllReceivedAsync(Sink sink, IReadOnlyList<Guid> ids) => await Eventually.ReadAsync(
        () => Task.FromResult(sink.All.Select(one => one.Headers["webhook-id"]).Distinct().Order(StringComparer.Ordinal)),
        got => got.SequenceEqual(Sorted(ids)));

    /// <summary>A replay that the replica which accepted it has not begun to step.</summary>
    private async Task<Guid> BegunAsync(Sink shop, Sink mail, string? named)
    {
        Guid id;
        await using (var deployed = StartBoth(shop, mail))
        {
            id = await BeginAsync(deployed, new { }, rate: 1, destinations: named is null ? null : [named]);
        }

        await ExecuteAsync(
            """
            DELETE FROM webhooks.jobs;
            UPDATE webhooks.replays SET position = 0, replayed = 0, rate = 1000, next_at = statement_timestamp();
            """);
        return id;
    }
}
