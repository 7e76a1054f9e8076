using Npgsql;

namespace ProdReady.Notifications.Retention;

/// <summary>What one round of deleting has deleted.</summary>
/// <param name="Messages">Messages whose time was over.</param>
/// <param name="Keys">Idempotency keys whose time was over.</param>
internal sealed record Purged(long Messages, long Keys);

/// <summary>Deletes what is kept no longer, by the database's clock alone: a replica whose clock is wrong deletes nothing too early.</summary>
internal sealed class RetentionStore(NpgsqlDataSource database)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 30;

    /// <summary>Rows that one statement deletes: a lock for a moment, not for minutes.</summary>
    private const int Batch = 5_000;

    /// <summary>Numbers change hands.</summary>
    private const int RefusedNumberDays = 90;

    /// <summary>
    /// Twilio's signatures do not age: whoever got hold of an old START could lift a later STOP by it, once this is over.
    /// </summary>
    private const int InboundDays = 400;

    /// <summary>One round.</summary>
    public async Task<Purged> PurgeAsync(int keepDays, CancellationToken cancellationToken)
    {
        // A code that nobody can use any more is in no table, whatever state its message is in
        await ExecuteAsync(
            "UPDATE notifications.messages SET sealed_body = NULL WHERE sealed_body IS NOT NULL AND expires_at < statement_timestamp() - interval '1 hour'",
            cancellationToken);
        await ExecuteAsync(
            $"DELETE FROM notifications.refused_numbers WHERE at < statement_timestamp() - interval '{RefusedNumberDays} days'", cancellationToken);
        await ExecuteAsync(
            $"DELETE FROM notifications.inbound_messages WHERE received_at < statement_timestamp() - interval '{InboundDays} days'", cancellationToken);
        await ExecuteAsync("DELETE FROM notifications.phone_number_lookups WHERE expires_at < statement_timestamp()", cancellationToken);
        // Of credentials and senders that are used no longer
        await ExecuteAsync("DELETE FROM notifications.breakers WHERE closed_until < statement_timestamp() - interval '1 day'", cancellationToken);
        await ExecuteAsync(
            "DELETE FROM notifications.send_rates WHERE ready_at < statement_timestamp() - interval '1 day'", cancellationToken);
        return new(
            await DeleteAsync(
                // The time in the id is that of the arrival, so that the primary key finds them. What was to go later is kept from then on,
                // and what has no end yet, however old it is. Such rows are few, and passed over.
                $"""
                DELETE FROM notifications.messages WHERE id = ANY(ARRAY(
                    SELECT id FROM notifications.messages
                    WHERE id < notifications.first_id_of(statement_timestamp() - interval '{keepDays} days')
                        AND status NOT IN ('accepted', 'scheduled', 'sending', 'unknown')
                        AND (send_at IS NULL OR send_at < statement_timestamp() - interval '{keepDays} days')
                    ORDER BY id LIMIT {Batch} FOR UPDATE SKIP LOCKED))
                """,
                cancellationToken),
            await DeleteAsync(
                $"""
                WITH expired AS MATERIALIZED (
                    SELECT key, caller FROM notifications.idempotency_keys WHERE expires_at < statement_timestamp()
                    ORDER BY expires_at LIMIT {Batch} FOR UPDATE SKIP LOCKED)
                DELETE FROM notifications.idempotency_keys AS known USING expired
                WHERE known.key = expired.key AND known.caller = expired.caller
                """,
                cancellationToken));
    }

    private async Task<long> DeleteAsync(string sql, CancellationToken cancellationToken)
    {
        for (var deleted = 0L; ;)
        {
            var count = await ExecuteAsync(sql, cancellationToken);
            deleted += count;
            if (count < Batch)
            {
                return deleted;
            }
        }
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = Timeout;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
