using System.Text;
using Npgsql;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>Deliveries that were given up, with the answer that was the last.</summary>
internal sealed class DeadLetters(InboxDatabase database)
{
    /// <summary>The newest events first.</summary>
    /// <param name="destination">For this destination, or for all.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="limit">How many at most.</param>
    public Task<IReadOnlyList<DeadLetter>> ListAsync(string? destination, (long Position, string Destination)? after, int limit) => database.RunAsync(async connection =>
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT dead.position, dead.event_id, event.source, event.event_id, event.event_type, dead.received_at, dead.destination,
                dead.attempts, dead.ended_at, last.status, last.error, last.response
            FROM (
                SELECT * FROM webhooks.deliveries
                WHERE state = 'dead' AND ($1::text IS NULL OR destination = $1) AND ($2::bigint IS NULL OR position < $2 OR (position = $2 AND destination > $4))
                ORDER BY position DESC, destination LIMIT $3) AS dead
            JOIN webhooks.events AS event ON event.id = dead.event_id AND event.received_at = dead.received_at
            LEFT JOIN LATERAL (
                SELECT status, error, response FROM webhooks.attempts AS attempt
                WHERE attempt.event_id = dead.event_id AND attempt.received_at = dead.received_at
                    AND attempt.destination = dead.destination
                ORDER BY started_at DESC LIMIT 1) AS last ON true
            ORDER BY dead.position DESC, dead.destination
            """,
            connection)
        { CommandTimeout = database.TimeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = destination });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = after?.Position });
        command.Parameters.AddWithValue(limit);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = after?.Destination });
        await using var reader = await command.ExecuteReaderAsync();
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync())
        {
            letters.Add(new(
                reader.GetInt64(0),
                reader.GetGuid(1),
                reader.GetString(2),
                Text(3),
                Text(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetString(6),
                reader.GetInt32(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
                reader.IsDBNull(9) ? null : reader.GetInt32(9),
                Text(10),
                reader.IsDBNull(11) ? null : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(11))));
        }

        return (IReadOnlyList<DeadLetter>)letters;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    });
}

/// <summary>One delivery that was given up.</summary>
/// <param name="Position">The event's place in the order of commits.</param>
/// <param name="Id">The event.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="EventId">The sender's id of it, if it gave one.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Destination">The destination that did not take it.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="EndedAt">When it was given up.</param>
/// <param name="LastStatus">The last answer's status, if there was an answer.</param>
/// <param name="LastError">Why the last try failed.</param>
/// <param name="LastResponse">The first KB of the last answer, read as UTF-8.</param>
internal sealed record DeadLetter(
    long Position,
    Guid Id,
    string Source,
    string? EventId,
    string? Type,
    DateTimeOffset ReceivedAt,
    string Destination,
    int Attempts,
    DateTimeOffset? EndedAt,
    int? LastStatus,
    string? LastError,
    string? LastResponse);
