using Npgsql;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>Reading the log from a cursor on.</summary>
internal sealed partial class EventSearch
{
    /// <summary>The name of the cursor that tells up to which position events were dropped with their days.</summary>
    public const string Dropped = "dropped";

    /// <summary>
    /// The events after <paramref name="after"/>, in the order of their commits, with their content; not all of <paramref name="limit"/>
    /// where their bodies have more than <see cref="EventReader.MaxPageBytes"/> together.
    /// </summary>
    /// <exception cref="SealedForOtherKeyException">One is encrypted with a key that is not configured.</exception>
    public Task<FedPage> AfterAsync(EventFilter filter, long after, int limit) => database.RunAsync(async connection =>
    {
        // Before the events, so that what a later statement adds lies behind both
        var horizon = await EventReader.HorizonAsync(connection, CancellationToken.None);
        var settled = await SettledAsync(connection, filter, after, horizon);
        await using var command = Command(connection);
        var conditions = new EventConditions(filter, command.Parameters);
        conditions.Add<long?>(after, position => $"event.position > {position}");
        conditions.Add<long?>(horizon, position => $"event.position <= {position}");
        command.CommandText =
            $"""
            SELECT position, id, source, event_id, event_type, received_at, headers ->> 'content-type', body, encryption_key
            FROM (
                SELECT *, sum(body_size) OVER (ORDER BY position) - body_size AS bytes_before
                FROM (SELECT * FROM webhooks.events AS event WHERE {conditions.Sql} ORDER BY position LIMIT {limit}) AS page) AS page
            WHERE bytes_before < {EventReader.MaxPageBytes} ORDER BY position
            """;
        await using var reader = await command.ExecuteReaderAsync();
        var (events, next) = (new List<FedEvent>(), after);
        while (await reader.ReadAsync())
        {
            var id = reader.GetGuid(1);
            next = reader.GetInt64(0);
            events.Add(new(
                id,
                reader.GetString(2),
                TextOrNull(reader, 3),
                TextOrNull(reader, 4),
                reader.GetFieldValue<DateTimeOffset>(5),
                TextOrNull(reader, 6),
                cipher.Open(id, new(reader.GetFieldValue<byte[]>(7), TextOrNull(reader, 8)))));
        }

        // Else a filter that leaves nothing would look at the same events each time, and stay behind until they are dropped
        return new FedPage(events, events.Count > 0 ? next : Math.Max(after, settled));
    });

    /// <summary>Up to which position the log is settled, up to which events were dropped, and which was the last that was ever given out.</summary>
    public Task<(long Newest, long Dropped, long Last)> PositionsAsync() => database.RunAsync(async connection =>
    {
        await using var command = Command(connection);
        command.CommandText =
            $"""
            SELECT webhooks.horizon(),
                coalesce((SELECT position FROM webhooks.cursors WHERE name = '{Dropped}'), 0),
                (SELECT last_value FROM webhooks.positions)
            """;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    });

    /// <summary>Up to which position no event will ever be that the filter leaves and did not before.</summary>
    private async Task<long> SettledAsync(NpgsqlConnection connection, EventFilter filter, long after, long horizon)
    {
        // What becomes of an event's deliveries may change as long as it is kept
        if (filter.Status is not null || filter.Destination is not null)
        {
            return after;
        }

        if (filter.Contains is null)
        {
            return horizon;
        }

        // Behind this cursor nothing is found by its content yet
        await using var command = Command(connection);
        command.CommandText = "SELECT least($1, position) FROM webhooks.cursors WHERE name = 'search'";
        command.Parameters.AddWithValue(horizon);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
