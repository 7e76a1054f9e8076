namespace ProdReady.ServiceDefaults.Queue;

/// <summary>The order within an ordering key.</summary>
/// <remarks>
/// Of each key, one job at most is ready or running; a unique index would refuse a second one. The others wait as 'blocked'.
/// When one ends, or when one arrives, the statement that sees it promotes the key's next. Two such statements at once could
/// each miss what the other is about to commit, and nobody would promote; so they take turns by a lock on the key. They wait
/// for it in a statement of its own, since what a statement sees is settled when it begins. Enqueuing takes no lock: it runs
/// in the caller's transaction, whose length nobody knows.
/// </remarks>
internal sealed partial class JobStore
{
    /// <summary>How many arrivals one call puts in their places.</summary>
    private const int ArrangeLimit = 1_000;

    /// <summary>Keys share this many locks, because the server's memory holds only some thousands for all.</summary>
    private const int Locks = 64;

    // Sorted, so that two statements never wait for each other
    private readonly string _lock =
        $"""
        SELECT pg_advisory_xact_lock(number)
        FROM (
            SELECT DISTINCT hashtextextended('{schema}.jobs:' || $1 || ':' || (hashtextextended(key, 0) & {Locks - 1}), 0) AS number
            FROM unnest($2) AS key
            ORDER BY number) AS numbers
        """;

    private readonly string _promote =
        $"""
        UPDATE {schema}.jobs SET state = 'ready'
        WHERE id = ANY(ARRAY(
            SELECT next.id
            FROM unnest($2) AS key
            CROSS JOIN LATERAL (
                SELECT id FROM {schema}.jobs
                WHERE queue = $1 AND ordering_key = key AND state IN ('arrived', 'blocked')
                ORDER BY id LIMIT 1) AS next
            WHERE NOT EXISTS (
                SELECT FROM {schema}.jobs WHERE queue = $1 AND ordering_key = key AND state IN ('ready', 'running'))))
        """;

    /// <summary>Puts jobs with an ordering key that have arrived in their places: ready, or blocked behind others.</summary>
    public async Task ArrangeAsync(string queue, CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        var keys = new HashSet<string>();
        await using (var command = database.CreateCommand(
            $"SELECT id, ordering_key FROM {schema}.jobs WHERE queue = $1 AND state = 'arrived' ORDER BY id LIMIT {ArrangeLimit}"))
        {
            command.CommandTimeout = CommandTimeout;
            command.Parameters.AddWithValue(queue);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetInt64(0));
                keys.Add(reader.GetString(1));
            }
        }

        if (ids.Count == 0)
        {
            return;
        }

        await using var batch = CreateBatch();
        string[] distinct = [.. keys];
        AddLock(batch, queue, distinct);
        AddPromotion(batch, queue, distinct);
        Add(batch, $"UPDATE {schema}.jobs SET state = 'blocked' WHERE id = ANY($1) AND state = 'arrived'", ids);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes jobs, whatever their state, and lets the next ones of their ordering keys go on.</summary>
    public async Task RemoveAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT array(SELECT DISTINCT ordering_key FROM {schema}.jobs WHERE id = ANY($1) AND ordering_key IS NOT NULL)");
        command.CommandTimeout = CommandTimeout;
        command.Parameters.AddWithValue(ids);
        var keys = (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
        await using var batch = CreateBatch();
        if (keys.Length > 0)
        {
            AddLock(batch, queue, keys);
        }

        Add(batch, $"DELETE FROM {schema}.jobs WHERE queue = $1 AND id = ANY($2)", queue, ids);
        if (keys.Length > 0)
        {
            AddPromotion(batch, queue, keys);
            Add(batch, "SELECT pg_notify($1, '')", Channel(queue));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private void AddLock(Npgsql.NpgsqlBatch batch, string queue, string[] keys) => Add(batch, _lock, queue, keys);

    private void AddPromotion(Npgsql.NpgsqlBatch batch, string queue, string[] keys) => Add(batch, _promote, queue, keys);
}
