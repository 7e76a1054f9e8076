using Npgsql;
using NpgsqlTypes;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Inbox;

/// <summary>Writes the log of events. <see cref="InboxIntake"/> gathers what concurrent requests bring for it.</summary>
internal sealed class InboxStore(InboxDatabase database, BodyCipher cipher, InboxSignal signal)
{
    /// <summary>Bytes that come under one event's id are kept this often at most; what is more is only counted.</summary>
    private const int MaxVariants = 100;

    private const string Add =
        "SELECT * FROM webhooks.add_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

    /// <summary>
    /// Commits events, or counts them at those that came first, in one round trip and one transaction. One statement decides, so
    /// that of any number of requests at once exactly one is new. No process that dies or freezes keeps others waiting: what it has
    /// begun is one implicit transaction, which the server ends by itself.
    /// </summary>
    /// <returns>One answer for each, in their order.</returns>
    /// <exception cref="InboxUnavailableException">The database failed or took too long. It may have committed.</exception>
    public Task<IReadOnlyList<StoredEvent>> AddAsync(IReadOnlyList<InboxEvent> received) => database.RunAsync(async connection =>
    {
        var answers = new StoredEvent[received.Count];
        var rounds = InboxRows.Arrange(received);
        await using var batch = new NpgsqlBatch(connection) { Timeout = database.TimeoutSeconds };
        foreach (var rows in rounds)
        {
            batch.BatchCommands.Add(AddCommand(rows));
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var (number, rows) in rounds.Index())
        {
            if (number > 0)
            {
                await reader.NextResultAsync();
            }

            var byKey = rows.ToDictionary(row => row.First.Key);
            while (await reader.ReadAsync())
            {
                Answer(byKey[reader.GetGuid(0)], reader.GetGuid(1), reader.GetBoolean(2), answers);
            }
        }

        // Reads on to the end of the transaction: only then is anything committed
        await reader.NextResultAsync();
        signal.Set();
        return (IReadOnlyList<StoredEvent>)answers;
    });

    private static void Answer(InboxRow row, Guid id, bool conflict, StoredEvent[] answers)
    {
        for (var index = 0; index < row.Places.Count; index++)
        {
            // Those that came together with the first are its duplicates
            answers[row.Places[index]] = new(id, Duplicate: index > 0 || id != row.First.Id, conflict);
        }
    }

    private NpgsqlBatchCommand AddCommand(IReadOnlyList<InboxRow> rows)
    {
        var sealedBodies = rows.Select(row => row.First.IsEncrypted
            ? cipher.Seal(row.First.Id, row.First.Body.Span)
            : new SealedBytes(row.First.Body, null)).ToList();
        return new(Add)
        {
            Parameters =
            {
                Column(rows, row => row.First.Id),
                Column(rows, row => row.First.Key),
                Column(rows, row => row.First.UnsignedIdKey),
                Column(rows, row => row.First.Source),
                Column(rows, row => row.First.EventId),
                Column(rows, row => row.First.EventType),
                Column(sealedBodies, body => body.Bytes),
                Column(rows, row => row.First.Body.Length),
                Column(rows, row => row.First.BodySha256),
                Column(sealedBodies, body => body.KeyId),
                Column(rows, row => row.First.Headers, NpgsqlDbType.Json),
                Column(rows, row => row.First.ReceivedAt),
                Column(rows, row => row.First.RepeatedUntil),
                Column(rows, row => row.First.SecretId),
                Column(rows, row => row.First.Authenticated),
                Column(rows, row => row.First.CorrelationId),
                Column(rows, row => row.First.TraceParent),
                Column(rows, row => row.Places.Count - 1),
                new NpgsqlParameter<int> { TypedValue = MaxVariants },
            },
        };
    }

    private static NpgsqlParameter<T[]> Column<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, T> value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(value)] };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }

        return parameter;
    }
}
