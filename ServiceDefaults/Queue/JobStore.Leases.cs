namespace ProdReady.ServiceDefaults.Queue;

/// <summary>What happens to claimed jobs. Every statement asks for the claim's token: whoever lost it changes nothing.</summary>
internal sealed partial class JobStore
{
    /// <summary>How many ended leases one call looks after.</summary>
    private const int ExpireLimit = 1_000;

    private const string Dies = "(ended.kind = 'Dead' OR (ended.kind IN ('Retry', 'Expire') AND job.attempts >= job.max_attempts))";

    // What another statement has locked is ending or being taken, and is not waited for
    private readonly string _renew =
        $"""
        UPDATE {schema}.jobs SET lease_until = clock_timestamp() + $3
        WHERE id = ANY(ARRAY(
            SELECT job.id
            FROM unnest($1, $2) AS held (id, token)
            JOIN {schema}.jobs AS job ON job.id = held.id AND job.lease_token = held.token
            FOR UPDATE OF job SKIP LOCKED))
        RETURNING id, lease_token
        """;

    private readonly string _delete =
        $"""
        DELETE FROM {schema}.jobs AS job
        USING unnest($1, $2) AS done (id, token)
        WHERE job.id = done.id AND job.lease_token = done.token
        RETURNING job.id, done.token, false
        """;

    private readonly string _end =
        $"""
        UPDATE {schema}.jobs AS job
        SET state = CASE WHEN {Dies} THEN 'dead' ELSE 'ready' END,
            dead_at = CASE WHEN {Dies} THEN clock_timestamp() END,
            due_at = CASE WHEN ended.kind IN ('Retry', 'Postpone') THEN clock_timestamp() + ended.delay ELSE job.due_at END,
            attempts = job.attempts - (ended.kind IN ('Release', 'Postpone'))::int,
            last_error = coalesce(ended.reason, job.last_error),
            lease_token = NULL,
            lease_until = NULL
        FROM unnest($1, $2, $3, $4, $5) AS ended (id, token, kind, delay, reason)
        WHERE job.id = ended.id AND job.lease_token = ended.token
            AND (ended.kind <> 'Expire' OR job.lease_until < clock_timestamp())
        RETURNING job.id, ended.token, {Dies}
        """;

    /// <summary>Extends leases.</summary>
    /// <returns>Those that were extended. The others are lost, or being ended just now.</returns>
    public async Task<HashSet<JobLease>> RenewAsync(
        IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var batch = CreateBatch();
        Add(batch, _renew, Ids(leases), Tokens(leases), lease);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var renewed = new HashSet<JobLease>();
        while (await reader.ReadAsync(cancellationToken))
        {
            renewed.Add(new(reader.GetInt64(0), reader.GetGuid(1)));
        }

        return renewed;
    }

    /// <summary>Ends claimed jobs, and lets the next ones of their ordering keys go on.</summary>
    /// <returns>Those whose claims still held. For the others nothing was changed.</returns>
    public async Task<IReadOnlyList<EndedJob>> FinishAsync(
        string queue, IReadOnlyList<FinishedJob> finished, CancellationToken cancellationToken)
    {
        var keys = finished.Select(job => job.OrderingKey).OfType<string>().Distinct().ToArray();
        var done = finished.Where(job => job.End == JobEnd.Done).Select(job => job.Lease).ToList();
        var others = finished.Where(job => job.End != JobEnd.Done).OrderBy(job => job.Lease.Id).ToList();
        await using var batch = CreateBatch();
        if (keys.Length > 0)
        {
            AddLock(batch, queue, keys);
        }

        if (done.Count > 0)
        {
            Add(batch, _delete, Ids(done), Tokens(done));
        }

        if (others.Count > 0)
        {
            var leases = others.ConvertAll(job => job.Lease);
            Add(
                batch, _end, Ids(leases), Tokens(leases),
                others.ConvertAll(job => job.End.ToString()), others.ConvertAll(job => job.Delay), others.ConvertAll(job => job.Reason));
        }

        if (keys.Length > 0)
        {
            AddPromotion(batch, queue, keys);
        }

        if (others.Exists(job => job.End is JobEnd.Release or JobEnd.Expire))
        {
            Add(batch, "SELECT pg_notify($1, '')", Channel(queue));
        }

        var ended = new List<EndedJob>(finished.Count);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            // The other statements' results have one column, or none
            while (reader.FieldCount == 3 && await reader.ReadAsync(cancellationToken))
            {
                ended.Add(new(new(reader.GetInt64(0), reader.GetGuid(1)), reader.GetBoolean(2)));
            }
        }
        while (await reader.NextResultAsync(cancellationToken));

        return ended;
    }

    /// <summary>Takes back the jobs whose workers no longer renew them; after its last attempt a job is dead.</summary>
    public async Task<IReadOnlyList<EndedJob>> ExpireAsync(string queue, CancellationToken cancellationToken)
    {
        var expired = new List<FinishedJob>();
        await using (var command = database.CreateCommand(
            $"""
            SELECT id, lease_token, ordering_key FROM {schema}.jobs
            WHERE queue = $1 AND state = 'running' AND lease_until < clock_timestamp() LIMIT {ExpireLimit}
            """))
        {
            command.CommandTimeout = CommandTimeout;
            command.Parameters.AddWithValue(queue);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                expired.Add(new(
                    new(reader.GetInt64(0), reader.GetGuid(1)),
                    TextOrNull(reader, 2),
                    JobEnd.Expire,
                    Reason: "The worker died or was cut off during this attempt."));
            }
        }

        return expired.Count > 0 ? await FinishAsync(queue, expired, cancellationToken) : [];
    }

    private static long[] Ids(IReadOnlyList<JobLease> leases) => [.. leases.Select(lease => lease.Id)];

    private static Guid[] Tokens(IReadOnlyList<JobLease> leases) => [.. leases.Select(lease => lease.Token)];
}
