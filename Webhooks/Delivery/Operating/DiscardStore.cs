using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Dispatching;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>Gives up what waits for a destination. Some thousand rows a statement, so that nobody waits for their locks.</summary>
/// <remarks>
/// Deliveries first, then the jobs of those that do not wait: whatever ends it half-way, or comes in between, leaves no delivery
/// waiting without its job. A job whose delivery is dead does nothing. What comes in between may wait behind one by its ordering key,
/// and goes on when that is removed.
/// </remarks>
internal sealed class DiscardStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int TimeoutSeconds = 30;
    private const int Chunk = 5_000;

    /// <summary>Makes the next deliveries that wait for a destination dead letters, with a last try that says why.</summary>
    /// <param name="name">The destination's name, whether there is one or not.</param>
    /// <param name="reason">Why, in the actor's words.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there were; 0 when none waits any more.</returns>
    public async Task<int> DiscardNextAsync(string name, string reason, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            WITH waiting AS (
                SELECT event_id, destination, received_at FROM webhooks.deliveries
                WHERE state = 'pending' AND destination = $1 LIMIT {Chunk}),
            discarded AS (
                UPDATE webhooks.deliveries AS delivery
                SET state = 'dead', attempts = delivery.attempts + 1, last_status = NULL, ended_at = $2
                FROM waiting
                WHERE delivery.event_id = waiting.event_id AND delivery.destination = waiting.destination
                    AND delivery.received_at = waiting.received_at AND delivery.state = 'pending'
                RETURNING delivery.event_id, delivery.received_at, delivery.destination, delivery.attempts)
            INSERT INTO webhooks.attempts (event_id, received_at, destination, number, started_at, duration, error)
            SELECT event_id, received_at, destination, attempts, $2, interval '0', $3 FROM discarded
            """);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue($"Discarded by hand: {reason}");
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes a destination's jobs that have nothing to deliver. By the queue's name, since none may be configured.</summary>
    public async Task RemoveJobsAsync(string name, CancellationToken cancellationToken)
    {
        // The table comes with the first destination
        await using (var exists = Command("SELECT to_regclass('webhooks.jobs') IS NOT NULL"))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return;
            }
        }

        var queue = Destination.QueueOf(name);
        var after = 0L;
        while (await IdleAsync(queue, name, after, cancellationToken) is { Last: { } last } page)
        {
            if (page.Idle.Count > 0)
            {
                await JobRemoval.RemoveAsync(database, "webhooks", queue, page.Idle, cancellationToken);
            }

            after = last;
        }
    }

    /// <summary>Forgets how far a destination was: put back into the settings, it begins anew.</summary>
    /// <returns>Whether it was known.</returns>
    public async Task<bool> ForgetAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = Command("DELETE FROM webhooks.cursors WHERE name = $1");
        command.Parameters.AddWithValue(DispatchCursors.NameOf(name));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Which of a queue's next jobs have nothing to deliver, and how far that is.</summary>
    private async Task<(long? Last, IReadOnlyList<long> Idle)> IdleAsync(
        string queue, string name, long after, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            SELECT id, NOT EXISTS (
                SELECT FROM webhooks.deliveries AS delivery
                WHERE delivery.event_id = (page.payload ->> 'EventId')::uuid AND delivery.destination = $2
                    AND delivery.received_at = (page.payload ->> 'ReceivedAt')::timestamptz AND delivery.state = 'pending')
            FROM (SELECT id, payload FROM webhooks.jobs WHERE queue = $1 AND id > $3 ORDER BY id LIMIT {Chunk}) AS page
            ORDER BY id
            """);
        command.Parameters.AddWithValue(queue);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(after);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (last, idle) = ((long?)null, new List<long>());
        while (await reader.ReadAsync(cancellationToken))
        {
            last = reader.GetInt64(0);
            if (reader.GetBoolean(1))
            {
                idle.Add(last.Value);
            }
        }

        return (last, idle);
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        return command;
    }
}
