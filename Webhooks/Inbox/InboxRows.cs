namespace ProdReady.Webhooks.Inbox;

/// <summary>Equal events of one batch, as one row.</summary>
/// <param name="First">The one that came first.</param>
/// <param name="Sha256">The hash of their bytes.</param>
/// <param name="Places">Their places in the batch, the first one's first.</param>
internal sealed record InboxRow(InboxEvent First, byte[] Sha256, List<int> Places);

/// <summary>Makes rows of a batch, such that no statement meets an event twice, which an upsert refuses.</summary>
internal static class InboxRows
{
    /// <summary>
    /// Events of the same id and bytes become one row. Those of the same id and other bytes come in a later round: a statement
    /// after the first, to which the first's row is one that was there before.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<InboxRow>> Arrange(IReadOnlyList<InboxEvent> received, Func<ReadOnlySpan<byte>, byte[]> hash)
    {
        var variants = new Dictionary<(string, string), List<InboxRow>>();
        for (var place = 0; place < received.Count; place++)
        {
            var current = received[place];
            var sha256 = hash(current.Body.Span);
            if (!variants.TryGetValue((current.Source, current.EventId), out var rows))
            {
                variants[(current.Source, current.EventId)] = rows = [];
            }

            if (rows.Find(row => row.Sha256.AsSpan().SequenceEqual(sha256)) is { } same)
            {
                same.Places.Add(place);
            }
            else
            {
                rows.Add(new(current, sha256, [place]));
            }
        }

        return
        [
            .. Enumerable.Range(0, variants.Values.Max(rows => rows.Count)).Select(round => variants.Values
                .Where(rows => rows.Count > round)
                .Select(rows => rows[round])
                .OrderBy(row => row.First.Source, StringComparer.Ordinal)
                .ThenBy(row => row.First.EventId, StringComparer.Ordinal)
                .ToList()),
        ];
    }
}
