using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ProdReady.Webhooks.Audit;
using ProdReady.Webhooks.Events;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Replays;

/// <summary>Owns the table <c>webhooks.replays</c>.</summary>
internal sealed partial class ReplayStore(NpgsqlDataSource database, Replayer replayer, AuditLog audit, TimeProvider time)
{
    /// <summary>Counting and choosing may look at many events.</summary>
    private const int TimeoutSeconds = 60;

    private const string Columns =
        "id, created_at, created_by, reason, filter::text, destinations, rate, state, total, replayed, ended_at, error, takers::text";

    private const string Arrival =
        "event.position, event.id, event.source, event.event_type, event.received_at, event.body_size, event.correlation_id, event.traceparent";

    /// <summary>Replays one event, and notes it.</summary>
    /// <returns>Who gets it, perhaps nobody, or <see langword="null"/> if it is not kept any more.</returns>
    public async Task<ReplayedEvent?> ReplayAsync(
        Guid id, IReadOnlyCollection<string>? names, string actor, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (from, before) = EventTime.Of(id);
        await using var find = Command(connection,
            $"SELECT {Arrival} FROM webhooks.events AS event WHERE event.id = $1 AND event.received_at >= $2 AND event.received_at < $3");
        find.Parameters.AddWithValue(id);
        find.Parameters.AddWithValue(from);
        find.Parameters.AddWithValue(before);
        if (await ArrivalsAsync(find, cancellationToken) is not [var found])
        {
            return null;
        }

        var replayId = Guid.CreateVersion7(time.GetUtcNow());
        var takers = replayer.Takers(found.Source, found.Type, names).Select(destination => destination.Name).ToList();
        if (takers.Count == 0)
        {
            return new(replayId, takers);
        }

        await replayer.ReplayAsync(connection, [found], replayer.Settle(takers, []), replayId, cancellationToken);
        await audit.AddAsync(connection, new(actor, "event.replay", $"{id}", reason, 1), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(replayId, takers);
    }

    /// <summary>How many events, and deliveries of these, a replay is about.</summary>
    public async Task<ReplayCount> CountAsync(EventFilter filter, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, "");
        var conditions = new EventConditions(filter, command.Parameters);
        command.CommandText =
            $"SELECT source, event_type, count(*) FROM webhooks.events AS event WHERE {conditions.Sql} GROUP BY source, event_type";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = 0L;
        var deliveries = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var count = reader.GetInt64(2);
            events += count;
            foreach (var taker in replayer.Takers(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), names))
            {
                deliveries[taker.Name] = deliveries.GetValueOrDefault(taker.Name) + count;
            }
        }

        return new(events, deliveries);
    }

    /// <summary>Begins a replay of what is in the inbox now, and notes it.</summary>
    public async Task<Guid> BeginAsync(
        ReplayRequest request, EventFilter filter, ReplayCount count, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var json = JsonSerializer.Serialize(filter, ReplayJson.Default.EventFilter);
        await using var command = Command(connection,
            """
            INSERT INTO webhooks.replays (
                id, created_at, created_by, reason, filter, destinations, rate, total, takers, position, last_position)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, coalesce(max(position), 0) FROM webhooks.events
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(actor);
        command.Parameters.AddWithValue(request.Reason);
        command.Parameters.Add(new() { Value = json, NpgsqlDbType = NpgsqlDbType.Json });
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = request.Destinations?.ToArray() });
        command.Parameters.AddWithValue(request.Rate);
        command.Parameters.AddWithValue(count.Events);
        command.Parameters.Add(new()
        {
            Value = replayer.Settle(request.Destinations, count.Deliveries.Keys).ToJson(),
            NpgsqlDbType = NpgsqlDbType.Json,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await audit.AddAsync(connection, new(actor, "replay.begin", $"{id} {json}", request.Reason, count.Events), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>Stops a replay. What is in the queues by then is delivered.</summary>
    /// <returns>Whether it was running.</returns>
    public async Task<bool> CancelAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = Command(connection,
            "UPDATE webhooks.replays SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state = 'running' RETURNING replayed");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(time.GetUtcNow());
        if (await command.ExecuteScalarAsync(cancellationToken) is not long replayed)
        {
            return false;
        }

        await audit.AddAsync(connection, new(actor, "replay.cancel", $"{id}", "", replayed), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>One replay.</summary>
    public async Task<ReplayAnswer?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM webhooks.replays WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The newest replays first.</summary>
    public async Task<IReadOnlyList<ReplayAnswer>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM webhooks.replays ORDER BY id DESC LIMIT $1");
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    private async Task<List<ReplayAnswer>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var replays = new List<ReplayAnswer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            replays.Add(new(
                reader.GetGuid(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetString(2),
                reader.GetString(3),
                JsonElement.Parse(reader.GetString(4)),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<string[]>(5),
                reader.GetInt32(6),
                reader.GetString(7),
                reader.GetInt64(8),
                reader.GetInt64(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10),
                reader.IsDBNull(11) ? Waits(reader) : reader.GetString(11)));
        }

        return replays;
    }

    /// <summary>Why a replay rests while only replicas like this one run.</summary>
    private string? Waits(NpgsqlDataReader reader) =>
        reader.GetString(7) == "running" && !reader.IsDBNull(12)
            && replayer.Unknown(ReplayTakers.Parse(reader.GetString(12)).Names) is { Count: > 0 } unknown
            ? $"It waits for a replica that has all its destinations: the one that answers has no {string.Join(", ", unknown)}."
            : null;

    private static async Task<List<EventArrival>> ArrivalsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var arrivals = new List<EventArrival>();
        while (await reader.ReadAsync(cancellationToken))
        {
            arrivals.Add(EventReader.ReadArrival(reader));
        }

        return arrivals;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = TimeoutSeconds };
}
