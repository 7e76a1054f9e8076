using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Notifications.Messages;

/// <summary>Owns <c>notifications.messages</c> and <c>notifications.message_events</c>.</summary>
internal sealed partial class MessageStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long a caller waits for a database that does not answer, in seconds.</summary>
    private const int CallerPatience = 5;

    private const string MessageColumns =
        "id, recipient, status, provider_sid, error_code, error, created_at, updated_at";

    /// <summary>Commits a message, or finds the one that its idempotency key stands for.</summary>
    public async Task<(Acceptance Acceptance, Message Message)> AddAsync(NewMessage message, CancellationToken cancellationToken)
    {
        var now = Now();
        // On a conflict this waits for a transaction with the same key, so that its row can be read afterwards
        await using var insert = database.CreateCommand(
            """
            WITH added AS (
                INSERT INTO notifications.messages (
                    id, recipient, body, status, next_attempt_at, idempotency_key, content_hash, correlation_id, traceparent,
                    created_at, updated_at)
                VALUES (@id, @to, @body, 'accepted', @now, @key, @hash, @correlation, @traceparent, @now, @now)
                ON CONFLICT (idempotency_key) DO NOTHING
                RETURNING id)
            INSERT INTO notifications.message_events (message_id, status, at) SELECT id, 'accepted', @now FROM added
            """);
        insert.CommandTimeout = CallerPatience;
        insert.Parameters.AddWithValue("id", message.Id);
        insert.Parameters.AddWithValue("to", message.To);
        insert.Parameters.AddWithValue("body", message.Body);
        insert.Parameters.AddWithValue("now", now);
        insert.Parameters.Add(Text("key", message.IdempotencyKey));
        insert.Parameters.AddWithValue("hash", message.ContentHash);
        insert.Parameters.AddWithValue("correlation", message.CorrelationId);
        insert.Parameters.Add(Text("traceparent", message.TraceParent));
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            return (Acceptance.Accepted, new(message.Id, message.To, MessageStatus.Accepted, null, null, null, now, now));
        }

        await using var select = database.CreateCommand(
            $"SELECT {MessageColumns}, content_hash FROM notifications.messages WHERE idempotency_key = @key");
        select.CommandTimeout = CallerPatience;
        select.Parameters.Add(Text("key", message.IdempotencyKey));
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidOperationException($"Message {message.Id} was neither added nor known by its idempotency key.");
        }

        var same = CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(8), message.ContentHash);
        return (same ? Acceptance.Replayed : Acceptance.Conflict, Read(reader));
    }

    /// <summary>Finds a message with its timeline.</summary>
    public async Task<Message?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT {MessageColumns} FROM notifications.messages WHERE id = @id;
            SELECT status, at, error_code, detail FROM notifications.message_events WHERE message_id = @id ORDER BY id;
            """);
        command.CommandTimeout = CallerPatience;
        command.Parameters.AddWithValue("id", id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var message = Read(reader);
        var events = new List<MessageEvent>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new(
                reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), Nullable<int>(reader, 2), TextOrNull(reader, 3)));
        }

        return message with { Events = events };
    }

    /// <summary>The present in microseconds, as Postgres keeps it, so that every answer shows the same time.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private static Message Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        TextOrNull(reader, 3),
        Nullable<int>(reader, 4),
        TextOrNull(reader, 5),
        reader.GetFieldValue<DateTimeOffset>(6),
        reader.GetFieldValue<DateTimeOffset>(7));

    private static string? TextOrNull(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private static T? Nullable<T>(NpgsqlDataReader reader, int ordinal)
        where T : struct => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<T>(ordinal);

    private static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };
}
