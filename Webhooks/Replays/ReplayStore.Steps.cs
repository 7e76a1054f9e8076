using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using ProdReady.Webhooks.Events;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Replays;

/// <summary>How replays go on.</summary>
internal sealed partial class ReplayStore
{
    /// <summary>About so long are the steps of a replay; at less than two events a second they are longer.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>What is wrong with the values themselves, and will be the next time: the class of SQLSTATE.</summary>
    private const string DataException = "22";

    /// <summary>How long a replay rests after a failure, so that others go on.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Takes one replay that is due a step further: what it puts into the queues and how far it has come are one transaction, so
    /// that a crash repeats nothing and skips nothing.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await NextAsync(connection, cancellationToken) is not { } replay)
        {
            return false;
        }

        try
        {
            await StepAsync(connection, replay, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            await transaction.DisposeAsync();
            await PutOffAsync(replay.Id, exception, cancellationToken);
            throw;
        }

        return true;
    }

    private async Task StepAsync(NpgsqlConnection connection, RunningReplay replay, CancellationToken cancellationToken)
    {
        var limit = Math.Max(1, (int)(replay.Rate * Step.TotalSeconds));
        await using var choose = Command(connection, "");
        var conditions = new EventConditions(replay.Filter, choose.Parameters);
        conditions.Add<long?>(replay.Position, position => $"event.position > {position}");
        conditions.Add<long?>(replay.LastPosition, position => $"event.position <= {position}");
        choose.CommandText =
            $"SELECT {Arrival} FROM webhooks.events AS event WHERE {conditions.Sql} ORDER BY event.position LIMIT {limit}";
        var events = await ArrivalsAsync(choose, cancellationToken);
        await replayer.ReplayAsync(connection, events, replay.Takers ?? OwnTakers(events, replay.Destinations), replay.Id, cancellationToken);

        var isDone = events.Count < limit;
        await using var move = Command(connection,
            """
            UPDATE webhooks.replays SET
                position = $2, replayed = replayed + $3, next_at = statement_timestamp() + $4,
                state = CASE WHEN $5 THEN 'done' ELSE state END, ended_at = CASE WHEN $5 THEN $6 END, error = NULL
            WHERE id = $1
            """);
        move.Parameters.AddWithValue(replay.Id);
        move.Parameters.AddWithValue(events.Count > 0 ? events[^1].Position : replay.Position);
        move.Parameters.AddWithValue((long)events.Count);
        move.Parameters.AddWithValue(TimeSpan.FromSeconds((double)limit / replay.Rate));
        move.Parameters.AddWithValue(isDone);
        move.Parameters.AddWithValue(time.GetUtcNow());
        await move.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>By this replica's settings: nobody knows those of the version before that began it.</summary>
    private ReplayTakers OwnTakers(List<EventArrival> events, string[]? names) => replayer.Settle(
        names?.Except(replayer.Unknown(names)).ToList(),
        events.SelectMany(found => replayer.Takers(found.Source, found.Type, null)).Select(destination => destination.Name).Distinct());

    /// <summary>One that takes too long lets others go first, and one that cannot be done ends: it would be the first one again and again.</summary>
    private async Task PutOffAsync(Guid id, NpgsqlException failure, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE webhooks.replays SET
                error = $2, next_at = statement_timestamp() + $3,
                state = CASE WHEN $4 THEN 'failed' ELSE state END, ended_at = CASE WHEN $4 THEN $5 END
            WHERE id = $1 AND state = 'running'
            """);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(failure is PostgresException { MessageText: var text } ? text : failure.Message);
        command.Parameters.AddWithValue(Rest);
        command.Parameters.AddWithValue(failure.SqlState?.StartsWith(DataException, StringComparison.Ordinal) == true);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One whose destinations are all known here: in a rolling deploy that brings one, this replica may be of the version before.</summary>
    private async Task<RunningReplay?> NextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection,
            """
            SELECT id, filter::text, destinations, rate, position, last_position, takers::text FROM webhooks.replays
            WHERE state = 'running' AND next_at <= statement_timestamp()
                AND (takers IS NULL OR ARRAY(SELECT json_object_keys(takers)) <@ $1)
            ORDER BY next_at LIMIT 1
            FOR UPDATE SKIP LOCKED
            """);
        command.Parameters.AddWithValue(replayer.Known);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetGuid(0),
                JsonSerializer.Deserialize(reader.GetString(1), ReplayJson.Default.EventFilter)!,
                reader.IsDBNull(2) ? null : reader.GetFieldValue<string[]>(2),
                reader.GetInt32(3),
                reader.GetInt64(4),
                reader.GetInt64(5),
                reader.IsDBNull(6) ? null : ReplayTakers.Parse(reader.GetString(6)))
            : null;
    }

    private sealed record RunningReplay(
        Guid Id, EventFilter Filter, string[]? Destinations, int Rate, long Position, long LastPosition, ReplayTakers? Takers);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventFilter))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class ReplayJson : JsonSerializerContext;
