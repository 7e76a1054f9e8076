namespace ProdReady.ServiceDefaults.Queue;

/// <summary>What operators see and do.</summary>
internal sealed partial class JobStore
{
    /// <summary>The jobs that were given up, oldest first.</summary>
    public async Task<IReadOnlyList<DeadJob>> ListDeadAsync(string queue, long afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT id, payload::text, attempts, last_error, created_at, dead_at, correlation_id FROM {schema}.jobs
            WHERE queue = $1 AND state = 'dead' AND id > $2
            ORDER BY id LIMIT $3
            """);
        command.CommandTimeout = CommandTimeout;
        command.Parameters.AddWithValue(queue);
        command.Parameters.AddWithValue(afterId);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<DeadJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetInt32(2),
                TextOrNull(reader, 3) ?? "",
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                TextOrNull(reader, 6)));
        }

        return jobs;
    }

    /// <summary>Gives dead jobs all their attempts again, from now on.</summary>
    /// <returns>How many were dead.</returns>
    public async Task<int> RequeueDeadAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            WITH requeued AS (
                UPDATE {schema}.jobs
                SET state = CASE WHEN ordering_key IS NULL THEN 'ready' ELSE 'arrived' END,
                    attempts = 0, due_at = clock_timestamp(), dead_at = NULL
                WHERE queue = $1 AND state = 'dead' AND id = ANY($2)
                RETURNING id)
            SELECT count(*), pg_notify($3, '') FROM requeued
            """);
        command.CommandTimeout = CommandTimeout;
        command.Parameters.AddWithValue(queue);
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(Channel(queue));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Counts the jobs of every queue in one pass over the table, which holds only what is not done.</summary>
    public async Task<IReadOnlyDictionary<string, QueueDepth>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT queue,
                count(*) FILTER (WHERE state IN ('ready', 'arrived', 'blocked')),
                count(*) FILTER (WHERE state = 'running'),
                count(*) FILTER (WHERE state = 'dead'),
                coalesce(extract(epoch FROM statement_timestamp() - min(due_at) FILTER (
                    WHERE state IN ('ready', 'arrived', 'blocked') AND due_at <= statement_timestamp())), 0)::float8
            FROM {schema}.jobs GROUP BY queue
            """);
        command.CommandTimeout = CommandTimeout;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var depths = new Dictionary<string, QueueDepth>();
        while (await reader.ReadAsync(cancellationToken))
        {
            depths[reader.GetString(0)] = new(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetDouble(4));
        }

        return depths;
    }
}

/// <summary>How much is in a queue.</summary>
/// <param name="Waiting">Jobs that wait for their time, their turn or a worker.</param>
/// <param name="Running">Jobs that are claimed.</param>
/// <param name="Dead">Jobs that were given up.</param>
/// <param name="OldestAge">For how many seconds the longest waiting job has been due.</param>
internal readonly record struct QueueDepth(long Waiting, long Running, long Dead, double OldestAge);
