using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Webhooks.Inbox;

/// <summary>How events get in: many in one statement.</summary>
internal sealed partial class InboxStore
{
    /// <summary>
    /// Commits events, or counts them at those that came first, in one transaction. One statement decides, so that of any
    /// number of requests at once exactly one is new.
    /// </summary>
    /// <returns>One answer for each, in their order.</returns>
    public Task<IReadOnlyList<StoredEvent>> AddAsync(IReadOnlyList<InboxEvent> received) => BoundedAsync(async connection =>
    {
        var answers = new StoredEvent[received.Count];
        var rounds = InboxRows.Arrange(received, SHA256.HashData);
        // A round is a statement, and hardly ever is there a second one
        await using var transaction = rounds.Count > 1 ? await connection.BeginTransactionAsync() : null;
        foreach (var rows in rounds)
        {
            await AddAsync(connection, rows, answers);
        }

        await (transaction?.CommitAsync() ?? Task.CompletedTask);
        return (IReadOnlyList<StoredEvent>)answers;
    });

    /// <summary>
    /// Rows come sorted by source and event id: two batches that meet at some events wait for each other, in that order, and
    /// never in a circle.
    /// </summary>
    private async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<InboxRow> rows, StoredEvent[] answers)
    {
        await using var command = Command(connection,
            """
            INSERT INTO webhooks.events AS stored (
                id, source, event_id, event_type, body, body_sha256, headers, received_at, duplicates)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (source, event_id) DO UPDATE SET
                duplicates = stored.duplicates + 1 + excluded.duplicates,
                conflicts = stored.conflicts
                    + CASE WHEN stored.body_sha256 <> excluded.body_sha256 THEN 1 + excluded.duplicates ELSE 0 END
            RETURNING source, event_id, id, body_sha256
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Column(rows, row => row.First.Id),
            Column(rows, row => row.First.Source),
            Column(rows, row => row.First.EventId),
            Column(rows, row => row.First.EventType),
            Column(rows, row => row.First.Body),
            Column(rows, row => row.Sha256),
            Column(rows, row => row.First.Headers, NpgsqlDbType.Jsonb),
            Column(rows, row => row.First.ReceivedAt),
            Column(rows, row => row.Places.Count - 1),
        });
        var byEvent = rows.ToDictionary(row => (row.First.Source, row.First.EventId));
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = byEvent[(reader.GetString(0), reader.GetString(1))];
            var id = reader.GetGuid(2);
            var conflict = !reader.GetFieldValue<byte[]>(3).AsSpan().SequenceEqual(row.Sha256);
            for (var index = 0; index < row.Places.Count; index++)
            {
                // Those that came together with the first are its duplicates
                answers[row.Places[index]] = new(id, Duplicate: index > 0 || id != row.First.Id, conflict);
            }
        }
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<InboxRow> rows, Func<InboxRow, T> value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(value)] };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }

        return parameter;
    }
}
