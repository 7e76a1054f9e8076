using Npgsql;
using NpgsqlTypes;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Owns the table <c>jobs</c> of one schema.</summary>
/// <remarks>
/// Every time in the table is the database's: due times and leases are compared with its clock alone, so that the clocks of
/// the nodes may differ.
/// </remarks>
internal sealed partial class JobStore(string schema, NpgsqlDataSource database)
{
    /// <summary>A bound on each statement, in seconds. All of them are short; a server that takes longer is in trouble.</summary>
    private const int CommandTimeout = 10;

    private readonly string _enqueue =
        $"""
        WITH added AS (
            INSERT INTO {schema}.jobs (
                queue, state, priority, max_attempts, due_at, ordering_key, deduplication_key, payload, correlation_id, traceparent)
            SELECT $1, CASE WHEN ordering_key IS NULL THEN 'ready' ELSE 'arrived' END, priority, max_attempts,
                statement_timestamp() + delay, ordering_key, deduplication_key, payload::json, correlation_id, traceparent
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY AS new (
                priority, max_attempts, delay, ordering_key, deduplication_key, payload, correlation_id, traceparent, number)
            ORDER BY number
            ON CONFLICT (queue, deduplication_key) WHERE deduplication_key IS NOT NULL DO NOTHING
            RETURNING id),
        counted AS (SELECT count(*) AS added FROM added)
        SELECT added, CASE WHEN added > 0 THEN pg_notify($10, '') END FROM counted
        """;

    // The levels one by one: an index on priority and due time cannot skip, within a level, what is not due yet.
    // ARRAY(...), so that the update finds its rows by their ids however the planner judges a table that changes this fast.
    private readonly string _claim =
        $"""
        UPDATE {schema}.jobs
        SET state = 'running', attempts = attempts + 1, lease_token = $3, lease_until = clock_timestamp() + $4
        WHERE id = ANY(ARRAY(
            SELECT due.id
            FROM unnest(ARRAY[0, 1, 2]::smallint[]) AS level (priority)
            CROSS JOIN LATERAL (
                SELECT id FROM {schema}.jobs
                WHERE queue = $1 AND state = 'ready' AND priority = level.priority AND due_at <= statement_timestamp()
                ORDER BY due_at, id LIMIT $2
                FOR UPDATE SKIP LOCKED) AS due
            LIMIT $2))
        RETURNING id, payload, attempts, max_attempts, ordering_key, due_at, created_at, correlation_id, traceparent, priority
        """;

    /// <summary>The schema.</summary>
    public string Schema => schema;

    /// <summary>The channel that tells of new jobs in <paramref name="queue"/>; its notifications say no more than that.</summary>
    public string Channel(string queue) => $"{schema}.jobs.{queue}";

    /// <summary>
    /// Adds jobs in the transaction that <paramref name="connection"/> is in, and lets the workers know when it commits.
    /// </summary>
    /// <returns>How many were added; the others' de-duplication keys were there already.</returns>
    public async Task<int> EnqueueAsync(
        NpgsqlConnection connection, string queue, IReadOnlyList<JobRow> jobs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_enqueue, connection) { CommandTimeout = CommandTimeout };
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<string> { TypedValue = queue },
            Column(jobs, job => (short)job.Priority),
            Column(jobs, job => job.MaxAttempts),
            Column(jobs, job => job.Delay),
            Column(jobs, job => job.OrderingKey),
            Column(jobs, job => job.DeduplicationKey),
            Column(jobs, job => job.Payload, NpgsqlDbType.Json),
            Column(jobs, job => job.CorrelationId),
            Column(jobs, job => job.TraceParent),
            new NpgsqlParameter<string> { TypedValue = Channel(queue) },
        });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Takes up to <paramref name="limit"/> jobs that are due, for the time of <paramref name="lease"/>.</summary>
    public async Task<Claim> ClaimAsync(string queue, int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        await using var batch = CreateBatch();
        Add(batch, _claim, queue, limit, token, lease);
        Add(batch, $"SELECT EXISTS (SELECT FROM {schema}.jobs WHERE queue = $1 AND state = 'arrived')", queue);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<ClaimedJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new(
                new(reader.GetInt64(0), token),
                reader.GetFieldValue<byte[]>(1),
                reader.GetInt32(2),
                reader.GetInt32(3),
                TextOrNull(reader, 4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                TextOrNull(reader, 7),
                TextOrNull(reader, 8),
                (JobPriority)reader.GetInt16(9)));
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var hasArrivals = reader.GetBoolean(0);
        // An update returns its rows in no particular order
        jobs.Sort(static (left, right) => (left.Priority, left.DueAt, left.Lease.Id).CompareTo((right.Priority, right.DueAt, right.Lease.Id)));
        return new(jobs, hasArrivals);
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<JobRow> jobs, Func<JobRow, T> value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. jobs.Select(value)] };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }

        return parameter;
    }

    private static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>One round trip, one transaction; each statement sees what was committed before it began.</summary>
    private NpgsqlBatch CreateBatch()
    {
        var batch = database.CreateBatch();
        batch.Timeout = CommandTimeout;
        return batch;
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
