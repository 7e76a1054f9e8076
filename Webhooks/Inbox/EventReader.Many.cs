using Npgsql;

namespace ProdReady.Webhooks.Inbox;

/// <summary>What delivery reads.</summary>
internal sealed partial class EventReader
{
    /// <summary>
    /// Several events, each by its id: of all ids at once, Postgres thinks so many rows of a day that it has no statistics of yet that it reads
    /// the whole index of the day's positions besides, for the times.
    /// </summary>
    internal const string Wanted =
        """
        unnest($1) AS wanted (wanted_id)
        CROSS JOIN LATERAL (
            SELECT * FROM webhooks.events WHERE id = wanted_id AND received_at >= $2 AND received_at <= $3 LIMIT 1) AS event
        """;

    /// <summary>Several events; those that are not kept any more are not among them.</summary>
    /// <remarks>One that is encrypted with a key that is not configured is <see cref="EventContent.IsSealed"/>.</remarks>
    /// <param name="events">Their ids and receive times, which tell the partitions.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<Guid, EventContent>> FindManyAsync(
        IReadOnlyCollection<(Guid Id, DateTimeOffset ReceivedAt)> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return new Dictionary<Guid, EventContent>();
        }

        await using var command = Command($"SELECT {Columns} FROM {Wanted}");
        command.Parameters.AddWithValue(events.Select(wanted => wanted.Id).Distinct().ToArray());
        command.Parameters.AddWithValue(events.Min(wanted => wanted.ReceivedAt));
        command.Parameters.AddWithValue(events.Max(wanted => wanted.ReceivedAt));
        return (await ReadAsync(command, OpenOrLeave, cancellationToken)).ToDictionary(content => content.Id);
    }

    /// <summary>
    /// Those of several events that <see cref="MaxPageBytes"/> hold, the oldest first and at least one; the others that are kept are
    /// <see langword="null"/>, to be asked for again.
    /// </summary>
    /// <param name="events">Their ids and receive times, which tell the partitions.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<Guid, EventContent?>> FindSomeAsync(
        IReadOnlyCollection<(Guid Id, DateTimeOffset ReceivedAt)> events, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            SELECT position, id, source, event_id, event_type, received_at, CASE WHEN bytes_before < {MaxPageBytes} THEN body END,
                encryption_key, headers::text, correlation_id, traceparent
            FROM (
                SELECT event.*, sum(body_size) OVER (ORDER BY position) - body_size AS bytes_before FROM {Wanted}) AS event
            """);
        command.Parameters.AddWithValue(events.Select(wanted => wanted.Id).Distinct().ToArray());
        command.Parameters.AddWithValue(events.Min(wanted => wanted.ReceivedAt));
        command.Parameters.AddWithValue(events.Max(wanted => wanted.ReceivedAt));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, EventContent?>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetGuid(1)] = reader.IsDBNull(6) ? null : OpenOrLeave(Read(reader), TextOrNull(reader, 7));
        }

        return found;
    }

    /// <summary>
    /// What was committed after <paramref name="position"/>, in the order of the commits, without what it says: bodies may be large,
    /// and whoever decides where an event goes needs none.
    /// </summary>
    /// <returns>The events, and up to which position they are all: whoever has read fewer than <paramref name="limit"/> goes no further.</returns>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public static async Task<(IReadOnlyList<EventArrival> Events, long Horizon)> ArrivalsAsync(
        NpgsqlConnection connection, long position, int limit, CancellationToken cancellationToken)
    {
        var horizon = await HorizonAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT position, id, source, event_type, received_at, body_size, correlation_id, traceparent
            FROM webhooks.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3
            """,
            connection)
        { CommandTimeout = TimeoutSeconds };
        command.Parameters.AddWithValue(position);
        command.Parameters.AddWithValue(horizon);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var arrivals = new List<EventArrival>();
        while (await reader.ReadAsync(cancellationToken))
        {
            arrivals.Add(ReadArrival(reader));
        }

        return (arrivals, horizon);
    }

    /// <summary>Position, id, source, type, receive time, size, correlation id, trace parent.</summary>
    public static EventArrival ReadArrival(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetGuid(1),
        reader.GetString(2),
        TextOrNull(reader, 3),
        reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetInt32(5),
        TextOrNull(reader, 6),
        TextOrNull(reader, 7));
}

/// <summary>That an event came, and whence.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Id">Our id of it.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="Type">The sender's type of it, if it gave one.</param>
/// <param name="ReceivedAt">When its request began.</param>
/// <param name="BodySize">How many bytes it has.</param>
/// <param name="CorrelationId">The request's correlation id.</param>
/// <param name="TraceParent">The request's W3C trace parent.</param>
internal sealed record EventArrival(
    long Position,
    Guid Id,
    string Source,
    string? Type,
    DateTimeOffset ReceivedAt,
    int BodySize,
    string? CorrelationId,
    string? TraceParent);
