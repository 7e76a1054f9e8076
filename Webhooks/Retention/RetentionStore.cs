using System.Globalization;
using Npgsql;
using ProdReady.Webhooks.Events;

namespace ProdReady.Webhooks.Retention;

/// <summary>Makes partitions ahead of time, and lets go of what was kept for long enough.</summary>
internal sealed class RetentionStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 30;

    /// <summary>So long may a drop hold the intake up.</summary>
    private const string LockTimeout = "100ms";

    /// <summary>Two replicas would make, or drop, the same one.</summary>
    private const string TakeTurns = "SELECT pg_advisory_xact_lock(hashtextextended('prodready:webhooks:partitions', 0))";

    /// <summary>Rows of one deletion, which are few enough that nobody waits for their locks.</summary>
    private const int Chunk = 5_000;

    /// <summary>The database's own time, which all replicas have in common.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Makes the partitions of the days from <paramref name="first"/> to <paramref name="last"/> that are missing.</summary>
    public async Task MakePartitionsAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = TimeoutSeconds;
        batch.BatchCommands.Add(new(TakeTurns));
        batch.BatchCommands.Add(new("SELECT webhooks.make_partitions($1, $2)")
        {
            Parameters = { new NpgsqlParameter<DateOnly> { TypedValue = first }, new NpgsqlParameter<DateOnly> { TypedValue = last } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The days that there are partitions of, oldest first.</summary>
    public async Task<IReadOnlyList<DateOnly>> DaysAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT right(child.relname, 8) FROM pg_inherits
            JOIN pg_class AS child ON child.oid = inhrelid
            WHERE inhparent = 'webhooks.events'::regclass
            ORDER BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var days = new List<DateOnly>();
        while (await reader.ReadAsync(cancellationToken))
        {
            days.Add(DateOnly.ParseExact(reader.GetString(0), "yyyyMMdd", CultureInfo.InvariantCulture));
        }

        return days;
    }

    /// <summary>Drops a day, unless something of it is still to be delivered, or to be handed out for that.</summary>
    /// <returns>How many deliveries or events hold it.</returns>
    /// <exception cref="PostgresException">Somebody reads the tables: <see cref="PostgresErrorCodes.LockNotAvailable"/>.</exception>
    public async Task<long> DropAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var suffix = day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ScalarAsync(TakeTurns);
        if (await ScalarAsync($"SELECT to_regclass('webhooks.deliveries_{suffix}')::text") is not string)
        {
            // Another replica was faster
            return 0;
        }

        if (await ScalarAsync(
            $"""
            SELECT (SELECT count(*) FROM webhooks.deliveries_{suffix} WHERE state = 'pending')
                + (SELECT count(*) FROM webhooks.events_{suffix}
                    WHERE position > (SELECT position FROM webhooks.cursors WHERE name = 'deliver'))
            """) is long and > 0 and var pending)
        {
            return pending;
        }

        // Dropping waits until nobody reads the tables, and everybody else waits behind it, the intake too: so not for long, and then the next time
        await ScalarAsync($"SET LOCAL lock_timeout = '{LockTimeout}'");
        await ScalarAsync(
            $"""
            INSERT INTO webhooks.cursors AS known (name, position)
            SELECT '{EventSearch.Dropped}', max(position) FROM webhooks.events_{suffix} HAVING count(*) > 0
            ON CONFLICT (name) DO UPDATE SET position = greatest(known.position, excluded.position);
            DROP TABLE webhooks.events_{suffix}, webhooks.payloads_{suffix}, webhooks.deliveries_{suffix}, webhooks.attempts_{suffix}
            """);
        await transaction.CommitAsync(cancellationToken);
        return 0;

        async Task<object?> ScalarAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }

    /// <summary>For which destinations something of a day is still to be delivered, and how much.</summary>
    public async Task<IReadOnlyList<(string Destination, long Pending)>> WaitingAsync(DateOnly day, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT destination, count(*) FROM webhooks.deliveries
            WHERE state = 'pending' AND received_at >= $1 AND received_at < $2
            GROUP BY destination ORDER BY destination
            """);
        command.Parameters.AddWithValue(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
        command.Parameters.AddWithValue(new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<(string, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            waiting.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return waiting;
    }

    /// <summary>Deletes what is small and has no day: keys that are over, variants of dropped events, old refusals.</summary>
    /// <remarks>Keys are over by the database's clock, as they are where events are added: a replica's may go ahead.</remarks>
    public async Task<long> PruneAsync(DateTimeOffset eventsBefore, DateTimeOffset quarantineBefore, CancellationToken cancellationToken) =>
        await DeleteAsync("keys", "key", "expires_at", null, cancellationToken)
        + await DeleteAsync("variants", "id", "received_at", eventsBefore, cancellationToken)
        + await DeleteAsync("quarantine", "id", "last_at", quarantineBefore, cancellationToken);

    /// <summary>Deletes a chunk of what is over. In the order of an index, and by an array: else a plan may read the whole table for each.</summary>
    internal static string DeletionOf(string table, string key, string time, string isOver) =>
        $"""
        DELETE FROM webhooks.{table} WHERE {time} {isOver} AND {key} = ANY(ARRAY(
            SELECT {key} FROM webhooks.{table} WHERE {time} {isOver} ORDER BY {time} LIMIT {Chunk}))
        """;

    private async Task<long> DeleteAsync(
        string table, string key, string time, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        while (true)
        {
            await using var command = Command(DeletionOf(table, key, time, before is null ? "<= statement_timestamp()" : "< $1"));
            if (before is { } end)
            {
                command.Parameters.AddWithValue(end);
            }

            var count = await command.ExecuteNonQueryAsync(cancellationToken);
            deleted += count;
            if (count < Chunk)
            {
                return deleted;
            }
        }
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        return command;
    }
}
