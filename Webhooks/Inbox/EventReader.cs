using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Inbox;

/// <summary>Reads events back, decrypted.</summary>
internal sealed partial class EventReader(NpgsqlDataSource database, BodyCipher cipher, TimeProvider time, ILogger<EventReader> logger)
{
    private const int TimeoutSeconds = 10;

    /// <summary>How often it is told that events cannot be opened: a forgotten key may be that of all of them.</summary>
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private long _warnedAt = long.MinValue;

    /// <summary>The bytes of bodies after which a page ends: a few hundred of the largest ones would fill the memory.</summary>
    public const long MaxPageBytes = 16 * 1024 * 1024;

    private const string Columns =
        """
        position, id, source, event_id, event_type, received_at, body, encryption_key, headers::text, correlation_id, traceparent
        """;

    /// <summary>One event, or <see langword="null"/> if it is not kept any more.</summary>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    /// <exception cref="SealedForOtherKeyException">It is encrypted with a key that is not configured.</exception>
    public async Task<EventContent?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT {Columns} FROM webhooks.events WHERE id = $1 AND received_at >= $2 AND received_at < $3");
        var (from, before) = EventTime.Of(id);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(before);
        return (await ReadAsync(command, Open, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The events that were committed after the one at <paramref name="position"/>, in the order of their commits.</summary>
    /// <remarks>
    /// At least one, if there is any, and then as many as <see cref="MaxPageBytes"/> hold. One that is encrypted with a key that is not
    /// configured is <see cref="EventContent.IsSealed"/>: it must not stop the log.
    /// </remarks>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<IReadOnlyList<EventContent>> AfterAsync(long position, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {Columns} FROM (
                SELECT *, sum(body_size) OVER (ORDER BY position) - body_size AS bytes_before
                FROM (SELECT * FROM webhooks.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3) AS page) AS page
            WHERE bytes_before < {MaxPageBytes} ORDER BY position
            """,
            connection)
        {
            CommandTimeout = TimeoutSeconds,
            Parameters = { new() { Value = position }, new() { Value = await HorizonAsync(connection, cancellationToken) }, new() { Value = limit } },
        };
        return await ReadAsync(command, OpenOrLeave, cancellationToken);
    }

    /// <summary>
    /// Up to which position the log is settled. What comes after it is read only then: a lower position may still be added there.
    /// Asked in a statement of its own, since what a statement sees is settled when it begins.
    /// </summary>
    public static async Task<long> HorizonAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT webhooks.horizon()", connection) { CommandTimeout = TimeoutSeconds };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        return command;
    }

    private static async Task<List<EventContent>> ReadAsync(
        NpgsqlCommand command, Func<EventContent, string?, EventContent> open, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<EventContent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(open(Read(reader), TextOrNull(reader, 7)));
        }

        return events;
    }

    private EventContent Open(EventContent stored, string? keyId) => stored with
    {
        Body = cipher.Open(stored.Id, new(stored.Body, keyId)),
        IsEncrypted = keyId is not null,
        Hide = keyId is null ? null : value => cipher.Hide(keyId, value),
    };

    private EventContent OpenOrLeave(EventContent stored, string? keyId)
    {
        try
        {
            return Open(stored, keyId);
        }
        // The second: a key that has another one's name, or bytes that were changed
        catch (Exception exception) when (exception is SealedForOtherKeyException or AuthenticationTagMismatchException)
        {
            WarnOfSealed(stored.Id, keyId);
            return stored with { Body = default, IsEncrypted = true, IsSealed = true };
        }
    }

    /// <summary>Those who follow the log pass it: it is never found by its content, even when the key is back, and has no place in an order.</summary>
    private void WarnOfSealed(Guid id, string? keyId)
    {
        var (now, before) = (time.GetTimestamp(), Interlocked.Read(ref _warnedAt));
        if ((before == long.MinValue || time.GetElapsedTime(before, now) >= WarningInterval)
            && Interlocked.CompareExchange(ref _warnedAt, now, before) == before)
        {
            Log.Sealed(logger, id, keyId);
        }
    }

    /// <summary>With its body as it is stored.</summary>
    private static EventContent Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetGuid(1),
        reader.GetString(2),
        TextOrNull(reader, 3),
        TextOrNull(reader, 4),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.GetFieldValue<byte[]>(6),
        JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(8))!,
        TextOrNull(reader, 9),
        TextOrNull(reader, 10));

    private static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning,
            "Event {EventId} does not open with the key {KeyId} as WEBHOOKS_ENCRYPTION_KEYS has it, if it does: such events are not found by their "
            + "content, have no order, and are not delivered until it is back. Told once a minute")]
        public static partial void Sealed(ILogger logger, Guid eventId, string? keyId);
    }
}
