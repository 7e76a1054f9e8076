using CsCheck;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

public sealed class InboxRowsTests
{
    private static readonly Gen<InboxEvent> Event = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 4], Gen.Byte[0, 2],
        (source, id, content) => NewEvents.Of($"source-{source}", $"evt_{id}", $"{content}", DateTimeOffset.UnixEpoch));

    /// <summary>Each event has one place, no statement meets an event twice, and the first content is the first round's.</summary>
    [Fact]
    public void Rows_of_a_round_are_of_different_events_and_in_order() => Event.List[1, 40].Sample(events =>
    {
        var rounds = InboxRows.Arrange(events);

        Assert.Equal(Enumerable.Range(0, events.Count), rounds.SelectMany(rows => rows).SelectMany(row => row.Places).Order());
        foreach (var rows in rounds)
        {
            var keys = rows.Select(row => $"{row.First.Source} {row.First.EventId}").ToList();
            Assert.Equal(keys.Distinct(), keys);
            Assert.Equal(rows.Select(row => row.Places[0]).Order(), rows.Select(row => row.Places[0]));
        }

        foreach (var row in rounds.SelectMany(rows => rows))
        {
            Assert.Same(row.First, events[row.Places.Min()]);
            Assert.All(row.Places, place => Assert.True(
                events[place].Source == row.First.Source && events[place].EventId == row.First.EventId
                && events[place].Body.Span.SequenceEqual(row.First.Body.Span)));
        }

        var firsts = events.DistinctBy(received => (received.Source, received.EventId)).ToHashSet();
        Assert.Equal(firsts, rounds[0].Select(row => row.First).ToHashSet());
    });
}
