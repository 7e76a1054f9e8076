using Npgsql;
using NpgsqlTypes;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Inbox;

/// <summary>Writes the log of events. <see cref="InboxIntake"/> gathers what concurrent requests bring for it.</summary>
internal sealed class InboxStore(InboxDatabase database, BodyCipher cipher, InboxSignal signal)
{
    /// <summary>
    /// Held until the commit, so that positions are drawn in the order of commits, by all replicas. One at a time is no
    /// bottleneck: whoever waits gathers the next batch meanwhile. Not held by a process that dies or freezes: what it has
    /// begun is one implicit transaction, which the server ends by itself.
    /// </summary>
    private const string TakeTurns = "SELECT pg_advisory_xact_lock(hashtextextended('prodready:webhooks:positions', 0))";

    /// <summary>Bytes that come under one event's id are kept this often at most; what is more is only counted.</summary>
    private const int MaxVariants = 100;

    // A key that is over is taken over. The new event's id stands in the key if and only if the event is new.
    private const string Add =
        """
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) WITH ORDINALITY AS input (
                id, key, unsigned_id, source, event_id, event_type, body, body_size, body_sha256, encryption_key, headers, received_at,
                repeated_until, secret_id, authenticated, correlation_id, traceparent, repeated, number)),
        known AS (
            INSERT INTO webhooks.keys AS known (key, id, body_sha256, expires_at, duplicates)
            SELECT key, id, body_sha256, repeated_until, repeated FROM input
            ON CONFLICT (key) DO UPDATE SET
                id = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.id ELSE known.id END,
                body_sha256 = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.body_sha256 ELSE known.body_sha256 END,
                expires_at = CASE WHEN known.expires_at <= statement_timestamp() THEN excluded.expires_at ELSE known.expires_at END,
                duplicates = CASE WHEN known.expires_at <= statement_timestamp() THEN 0 ELSE known.duplicates + 1 END + excluded.duplicates,
                conflicts = CASE
                    WHEN known.expires_at <= statement_timestamp() THEN 0
                    WHEN known.body_sha256 <> excluded.body_sha256 THEN known.conflicts + 1 + excluded.duplicates
                    ELSE known.conflicts
                END
            RETURNING key, id, body_sha256, conflicts),
        label AS (
            INSERT INTO webhooks.keys AS label (key, id, body_sha256, expires_at)
            SELECT DISTINCT ON (unsigned_id) unsigned_id, id, body_sha256, repeated_until FROM input
            WHERE unsigned_id IS NOT NULL ORDER BY unsigned_id, number
            ON CONFLICT (key) DO UPDATE SET
                conflicts = label.conflicts + (label.body_sha256 <> excluded.body_sha256)::int
            RETURNING key, body_sha256),
        judged AS (
            SELECT input.*, known.id AS known_id,
                known.id = input.id AS fresh,
                known.body_sha256 <> input.body_sha256 AS differs,
                coalesce(label.body_sha256 <> input.body_sha256, false) AS shares_id,
                known.conflicts AS conflicts
            FROM input JOIN known USING (key) LEFT JOIN label ON label.key = input.unsigned_id),
        added AS (
            INSERT INTO webhooks.events (
                position, id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, encryption_key, headers,
                secret_id, authenticated, shares_id, correlation_id, traceparent)
            SELECT nextval('webhooks.positions'), ordered.* FROM (
                SELECT id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, encryption_key, headers,
                    secret_id, authenticated, shares_id, correlation_id, traceparent
                FROM judged WHERE fresh ORDER BY number) AS ordered),
        variant AS (
            INSERT INTO webhooks.variants (id, own_id, body_sha256, received_at, body, body_size, encryption_key, headers, secret_id)
            SELECT known_id, id, body_sha256, received_at, body, body_size, encryption_key, headers, secret_id
            FROM judged WHERE differs AND conflicts <= $19
            ON CONFLICT DO NOTHING)
        SELECT key, known_id, differs OR shares_id FROM judged
        """;

    /// <summary>
    /// Commits events, or counts them at those that came first, in one round trip and one transaction. One statement decides, so
    /// that of any number of requests at once exactly one is new.
    /// </summary>
    /// <returns>One answer for each, in their order.</returns>
    /// <exception cref="InboxUnavailableException">The database failed or took too long. It may have committed.</exception>
    public Task<IReadOnlyList<StoredEvent>> AddAsync(IReadOnlyList<InboxEvent> received) => database.RunAsync(async connection =>
    {
        var answers = new StoredEvent[received.Count];
        var rounds = InboxRows.Arrange(received);
        await using var batch = new NpgsqlBatch(connection) { Timeout = database.TimeoutSeconds };
        batch.BatchCommands.Add(new(TakeTurns));
        foreach (var rows in rounds)
        {
            batch.BatchCommands.Add(AddCommand(rows));
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var rows in rounds)
        {
            await reader.NextResultAsync();
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
