using Npgsql;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>Finds events for an operator.</summary>
/// <remarks>Every method throws <see cref="InboxUnavailableException"/> if the database fails or takes too long.</remarks>
internal sealed partial class EventSearch(InboxDatabase database, BodyCipher cipher)
{
    /// <summary>What <see cref="ReadAnswer"/> reads, of <c>event</c> with the counts of its repetitions and deliveries.</summary>
    private const string Answer =
        """
        event.id, event.position, event.source, event.event_id, event.event_type, event.received_at, event.body_sha256, event.body_size,
        event.secret_id, event.authenticated, event.shares_id, coalesce(key.duplicates, 0), coalesce(key.conflicts, 0),
        (SELECT CASE
            WHEN count(*) = 0 THEN 'Stored'
            WHEN bool_or(state = 'dead') THEN 'Dead'
            WHEN bool_or(state = 'pending') THEN 'Pending'
            ELSE 'Delivered'
        END
        FROM webhooks.deliveries AS delivery
        WHERE delivery.event_id = event.id AND delivery.received_at = event.received_at)
        """;

    /// <summary>In the one partition that the id tells.</summary>
    private const string ById = "event.id = $1 AND event.received_at >= $2 AND event.received_at < $3";

    private const string Repetitions = "LEFT JOIN webhooks.keys AS key ON key.key = event.key AND key.id = event.id";

    /// <summary>The newest events that <paramref name="filter"/> leaves.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="before">The position of the last one of the page before; <see langword="null"/> for the first page.</param>
    /// <param name="limit">How many at most.</param>
    public Task<IReadOnlyList<EventAnswer>> ListAsync(EventFilter filter, long? before, int limit) => database.RunAsync(async connection =>
    {
        await using var command = Command(connection);
        var conditions = new EventConditions(filter, command.Parameters);
        conditions.Add(before, position => $"event.position < {position}");
        command.CommandText =
            $"""
            SELECT {Answer}
            FROM (
                SELECT * FROM webhooks.events AS event
                WHERE {conditions.Sql}
                ORDER BY event.position DESC LIMIT {limit}) AS event
            {Repetitions}
            ORDER BY event.position DESC
            """;
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<EventAnswer>();
        while (await reader.ReadAsync())
        {
            events.Add(ReadAnswer(reader));
        }

        return (IReadOnlyList<EventAnswer>)events;
    });

    /// <summary>The bytes that the sender signed.</summary>
    /// <exception cref="SealedForOtherKeyException">They are encrypted with a key that is not configured.</exception>
    public Task<ReadOnlyMemory<byte>?> FindBodyAsync(Guid id) => database.RunAsync(async connection =>
    {
        await using var command = Command(connection, id);
        command.CommandText = $"SELECT id, body, encryption_key FROM webhooks.events AS event WHERE {ById}";
        return await OpenAsync(command);
    });

    /// <summary>Other bytes that came under an event's id.</summary>
    /// <exception cref="SealedForOtherKeyException">They are encrypted with a key that is not configured.</exception>
    public Task<ReadOnlyMemory<byte>?> FindVariantAsync(Guid id, byte[] sha256) => database.RunAsync(async connection =>
    {
        await using var command = Command(connection);
        command.CommandText = "SELECT own_id, body, encryption_key FROM webhooks.variants WHERE id = $1 AND body_sha256 = $2";
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(sha256);
        return await OpenAsync(command);
    });

    private NpgsqlCommand Command(NpgsqlConnection connection) => new("", connection) { CommandTimeout = database.TimeoutSeconds };

    private NpgsqlCommand Command(NpgsqlConnection connection, Guid id)
    {
        var (from, before) = EventTime.Of(id);
        return new("", connection)
        {
            CommandTimeout = database.TimeoutSeconds,
            Parameters = { new() { Value = id }, new() { Value = from }, new() { Value = before } },
        };
    }

    private async Task<ReadOnlyMemory<byte>?> OpenAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? cipher.Open(reader.GetGuid(0), new(reader.GetFieldValue<byte[]>(1), TextOrNull(reader, 2)))
            // Spelled out: a mere null would become no bytes rather than nothing
            : (ReadOnlyMemory<byte>?)null;
    }

    private static EventAnswer ReadAnswer(NpgsqlDataReader reader) => new(
        Id: reader.GetGuid(0),
        Position: reader.GetInt64(1),
        Source: reader.GetString(2),
        EventId: TextOrNull(reader, 3),
        Type: TextOrNull(reader, 4),
        ReceivedAt: reader.GetFieldValue<DateTimeOffset>(5),
        Status: Enum.Parse<EventStatus>(reader.GetString(13)),
        Sha256: Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(6)),
        Size: reader.GetInt32(7),
        SecretId: TextOrNull(reader, 8),
        Authenticated: reader.GetString(9),
        Duplicates: reader.GetInt32(11),
        Conflicts: reader.GetInt32(12),
        SharesId: reader.GetBoolean(10));

    private static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
