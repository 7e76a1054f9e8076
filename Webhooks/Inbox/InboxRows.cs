namespace ProdReady.Webhooks.Inbox;

/// <summary>Equal events of one batch, as one row.</summary>
/// <param name="First">The one that came first.</param>
/// <param name="Places">Their places in the batch, the first one's first.</param>
internal sealed record InboxRow(InboxEvent First, List<int> Places);

/// <summary>Makes rows of a batch, such that no statement meets an event twice, which an upsert refuses.</summary>
internal static class InboxRows
{
    /// <summary>
    /// Events of the same key and bytes become one row. Those of the same key and other bytes come in a later round: a statement
    /// after the first, to which the first's row is one that was there before.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<InboxRow>> Arrange(IReadOnlyList<InboxEvent> received)
    {
        var variants = new Dictionary<Guid, List<InboxRow>>();
        for (var place = 0; place < received.Count; place++)
        {
            var current = received[place];
            if (!variants.TryGetValue(current.Key, out var rows))
            {
                variants[current.Key] = rows = [];
            }

            if (rows.Find(row => row.First.BodySha256.AsSpan().SequenceEqual(current.BodySha256)) is { } same)
            {
                same.Places.Add(place);
            }
            else
            {
                rows.Add(new(current, [place]));
            }
        }

        return
        [
            .. Enumerable.Range(0, variants.Values.Max(rows => rows.Count)).Select(round => variants.Values
                .Where(rows => rows.Count > round)
                .Select(rows => rows[round])
                .OrderBy(row => row.Places[0])
                .ToList()),
        ];
    }
}
