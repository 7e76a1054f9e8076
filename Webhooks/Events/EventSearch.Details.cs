using System.Text;
using System.Text.Json;
using Npgsql;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Events;

/// <summary>One event with all that happened to it.</summary>
internal sealed partial class EventSearch
{
    private const string OfEvent = "event_id = $1 AND received_at >= $2 AND received_at < $3";

    /// <summary>What is known about one event, without its content.</summary>
    public Task<EventDetails?> FindAsync(Guid id) => database.RunAsync(async connection =>
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = database.TimeoutSeconds };
        Add($"SELECT {Answer}, event.correlation_id, event.traceparent, event.headers::text FROM webhooks.events AS event {Repetitions} WHERE {ById}");
        Add($"SELECT destination, state, attempts, last_status, ended_at FROM webhooks.deliveries WHERE {OfEvent} ORDER BY destination");
        Add(
            $"""
            SELECT destination, number, started_at, duration, status, error, response, replay_id
            FROM webhooks.attempts WHERE {OfEvent} ORDER BY started_at
            """);
        batch.BatchCommands.Add(new("SELECT body_sha256, body_size, received_at, secret_id FROM webhooks.variants WHERE id = $1 ORDER BY received_at")
        {
            Parameters = { new() { Value = id } },
        });

        await using var reader = await batch.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        var found = ReadAnswer(reader);
        var (correlationId, traceParent) = (TextOrNull(reader, 14), TextOrNull(reader, 15));
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(16))!;
        return new EventDetails(
            found, headers, await NextAsync(reader, ReadDelivery), await NextAsync(reader, ReadAttempt), await NextAsync(reader, ReadVariant))
        {
            CorrelationId = correlationId,
            TraceId = traceParent?.Split('-') is [_, var traceId, ..] ? traceId : null,
        };

        void Add(string sql)
        {
            var (from, before) = EventTime.Of(id);
            batch.BatchCommands.Add(new(sql)
            {
                Parameters = { new() { Value = id }, new() { Value = from }, new() { Value = before } },
            });
        }
    });

    private static async Task<IReadOnlyList<T>> NextAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        await reader.NextResultAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static DeliveryAnswer ReadDelivery(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetInt32(2),
        reader.IsDBNull(3) ? null : reader.GetInt32(3),
        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4));

    private static AttemptAnswer ReadAttempt(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetInt32(1),
        reader.GetFieldValue<DateTimeOffset>(2),
        reader.GetTimeSpan(3).TotalMilliseconds,
        reader.IsDBNull(4) ? null : reader.GetInt32(4),
        TextOrNull(reader, 5),
        reader.IsDBNull(6) ? null : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(6)),
        reader.IsDBNull(7) ? null : reader.GetGuid(7));

    private static VariantAnswer ReadVariant(NpgsqlDataReader reader) => new(
        Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(0)),
        reader.GetInt32(1),
        reader.GetFieldValue<DateTimeOffset>(2),
        TextOrNull(reader, 3));
}
