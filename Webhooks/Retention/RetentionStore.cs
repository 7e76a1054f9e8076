using System.Globalization;
using Npgsql;

namespace ProdReady.Webhooks.Retention;

/// <summary>Makes partitions ahead of time, and lets go of what was kept for long enough.</summary>
internal sealed class RetentionStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 30;

    /// <summary>Rows of one deletion, which are few enough that nobody waits for their locks.</summary>
    private const int Chunk = 5_000;

    /// <summary>Makes the partitions of the days from <paramref name="first"/> to <paramref name="last"/> that are missing.</summary>
    public async Task MakePartitionsAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = TimeoutSeconds;
        // Replicas take turns: two of them would make the same one
        batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(hashtextextended('prodready:webhooks:partitions', 0))"));
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

    /// <summary>Drops a day, unless something of it is still to be delivered.</summary>
    /// <returns>How many deliveries hold it.</returns>
    public async Task<long> DropAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var suffix = day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        await using (var pending = Command($"SELECT count(*) FROM webhooks.deliveries_{suffix} WHERE state = 'pending'"))
        {
            if ((long)(await pending.ExecuteScalarAsync(cancellationToken))! is > 0 and var count)
            {
                return count;
            }
        }

        // Dropping waits until nobody reads the tables, and everybody waits behind it; so it tries for a second, and the next time again
        await using var command = Command(
            $"""
            SET LOCAL lock_timeout = '1s';
            DROP TABLE webhooks.events_{suffix}, webhooks.payloads_{suffix}, webhooks.deliveries_{suffix}, webhooks.attempts_{suffix}
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return 0;
    }

    /// <summary>Deletes what is small and has no day: keys that are over, variants of dropped events, old refusals.</summary>
    public async Task<long> PruneAsync(DateTimeOffset eventsBefore, DateTimeOffset quarantineBefore, CancellationToken cancellationToken) =>
        await DeleteAsync("keys", "key", "expires_at <= $1", TimeProvider.System.GetUtcNow(), cancellationToken)
        + await DeleteAsync("variants", "id", "received_at < $1", eventsBefore, cancellationToken)
        + await DeleteAsync("quarantine", "id", "last_at < $1", quarantineBefore, cancellationToken);

    private async Task<long> DeleteAsync(
        string table, string key, string condition, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        while (true)
        {
            await using var command = Command(
                $"DELETE FROM webhooks.{table} WHERE {key} IN (SELECT {key} FROM webhooks.{table} WHERE {condition} LIMIT {Chunk}) AND {condition}");
            command.Parameters.AddWithValue(time);
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
