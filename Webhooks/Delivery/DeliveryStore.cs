using Npgsql;
using NpgsqlTypes;
using ProdReady.Webhooks.Delivery.Sending;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery;

/// <summary>One event for one destination.</summary>
internal readonly record struct DeliveryKey(Guid EventId, DateTimeOffset ReceivedAt, string Destination);

/// <summary>How far a delivery is.</summary>
internal readonly record struct DeliveryProgress(string State, int Attempts);

/// <summary>One try, and what the delivery is afterwards.</summary>
internal sealed record TriedDelivery(
    DeliveryKey Key, DateTimeOffset StartedAt, DeliveryAnswer Answer, string State, DateTimeOffset? EndedAt, Guid? ReplayId);

/// <summary>Owns the tables <c>webhooks.deliveries</c> and <c>webhooks.attempts</c>.</summary>
internal sealed class DeliveryStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 10;

    /// <summary>Adds what is to be delivered, in the transaction that <paramref name="connection"/> is in.</summary>
    /// <returns>Which were not there yet: a replay may have been here before the dispatcher.</returns>
    public static async Task<IReadOnlySet<(Guid EventId, string Destination)>> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<(EventArrival Event, string Destination)> deliveries, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination)
            SELECT * FROM unnest($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
            RETURNING event_id, destination
            """,
            connection)
        { CommandTimeout = TimeoutSeconds };
        Add(command, deliveries, delivery => delivery.Event.Id);
        Add(command, deliveries, delivery => delivery.Event.Position);
        Add(command, deliveries, delivery => delivery.Event.ReceivedAt);
        Add(command, deliveries, delivery => delivery.Destination);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var added = new HashSet<(Guid, string)>(deliveries.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            added.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        return added;
    }

    /// <summary>Begins deliveries anew, with all their tries, in the transaction that <paramref name="connection"/> is in.</summary>
    public static async Task AddAgainAsync(
        NpgsqlConnection connection, IReadOnlyList<(EventArrival Event, string Destination)> deliveries, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination)
            SELECT * FROM unnest($1, $2, $3, $4)
            ON CONFLICT (event_id, destination, received_at) DO UPDATE SET state = 'pending', attempts = 0, ended_at = NULL
            """,
            connection)
        { CommandTimeout = TimeoutSeconds };
        Add(command, deliveries, delivery => delivery.Event.Id);
        Add(command, deliveries, delivery => delivery.Event.Position);
        Add(command, deliveries, delivery => delivery.Event.ReceivedAt);
        Add(command, deliveries, delivery => delivery.Destination);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How far deliveries are; those that are not kept any more are not among them.</summary>
    public async Task<IReadOnlyDictionary<DeliveryKey, DeliveryProgress>> FindManyAsync(
        IReadOnlyList<DeliveryKey> keys, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT event_id, received_at, destination, state, attempts FROM webhooks.deliveries
            WHERE (event_id, destination) IN (SELECT * FROM unnest($1, $2)) AND received_at >= $3 AND received_at <= $4
            """);
        command.CommandTimeout = TimeoutSeconds;
        Add(command, keys, key => key.EventId);
        Add(command, keys, key => key.Destination);
        command.Parameters.AddWithValue(keys.Min(key => key.ReceivedAt));
        command.Parameters.AddWithValue(keys.Max(key => key.ReceivedAt));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<DeliveryKey, DeliveryProgress>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found[new(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2))] =
                new(reader.GetString(3), reader.GetInt32(4));
        }

        return found;
    }

    /// <summary>
    /// Records tries and what became of their deliveries, in one statement. A try of a delivery that is not kept any more is none.
    /// </summary>
    public async Task RecordAsync(IReadOnlyList<TriedDelivery> tried)
    {
        // What one try has delivered, another one that ran at the same time does not undo; nor what was given up meanwhile, unless it was
        // delivered after all: its job is gone
        await using var command = database.CreateCommand(
            """
            WITH tried AS (
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS tried (
                    event_id, received_at, destination, started_at, duration, status, error, response, replay_id, state, ended_at)),
            counted AS (
                UPDATE webhooks.deliveries AS delivery
                SET attempts = delivery.attempts + 1,
                    last_status = tried.status,
                    state = CASE WHEN delivery.state = 'delivered' OR (delivery.state = 'dead' AND tried.state = 'pending')
                        THEN delivery.state ELSE tried.state END,
                    ended_at = CASE WHEN delivery.state = 'delivered' OR (delivery.state = 'dead' AND tried.state = 'pending')
                        THEN delivery.ended_at ELSE tried.ended_at END
                FROM tried
                WHERE delivery.event_id = tried.event_id AND delivery.destination = tried.destination
                    AND delivery.received_at = tried.received_at AND delivery.received_at >= $12 AND delivery.received_at <= $13
                RETURNING delivery.event_id, delivery.destination, delivery.attempts)
            INSERT INTO webhooks.attempts (
                event_id, received_at, destination, number, started_at, duration, status, error, response, replay_id)
            SELECT event_id, received_at, destination, counted.attempts, started_at, duration, status, error, response, replay_id
            FROM tried JOIN counted USING (event_id, destination)
            """);
        command.CommandTimeout = TimeoutSeconds;
        Add(command, tried, one => one.Key.EventId);
        Add(command, tried, one => one.Key.ReceivedAt);
        Add(command, tried, one => one.Key.Destination);
        Add(command, tried, one => one.StartedAt);
        Add(command, tried, one => one.Answer.Duration);
        Add(command, tried, one => one.Answer.Status);
        Add(command, tried, one => one.Answer.Error);
        Add(command, tried, one => one.Answer.Response, NpgsqlDbType.Bytea);
        Add(command, tried, one => one.ReplayId);
        Add(command, tried, one => one.State);
        Add(command, tried, one => one.EndedAt);
        command.Parameters.AddWithValue(tried.Min(one => one.Key.ReceivedAt));
        command.Parameters.AddWithValue(tried.Max(one => one.Key.ReceivedAt));
        await command.ExecuteNonQueryAsync();
    }

    private static void Add<TRow, T>(NpgsqlCommand command, IReadOnlyList<TRow> rows, Func<TRow, T> value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(value)] };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }

        command.Parameters.Add(parameter);
    }
}
