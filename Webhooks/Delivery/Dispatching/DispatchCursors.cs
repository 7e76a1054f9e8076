using Npgsql;
using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Dispatching;

/// <summary>
/// How far the log has been handed out: a row of <c>webhooks.cursors</c> for all (<see cref="Front"/>), by which replicas take turns, and one for
/// each destination. Who hands out an event may not know every destination: in a rolling deploy that brings one, a replica of the version
/// before passes it by, and the destination's own cursor stays where it is until somebody moves it who knows it.
/// </summary>
internal static class DispatchCursors
{
    /// <summary>How far the log has been handed out by anybody; what is after it is kept.</summary>
    public const string Front = "deliver";

    private const int TimeoutSeconds = 30;

    /// <summary>Takes the turn, until the end of the transaction that <paramref name="connection"/> is in.</summary>
    /// <returns>How far each destination is, by name, and <see cref="Front"/>. A destination that nobody has known begins at the front.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> TakeAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Destination> destinations, CancellationToken cancellationToken)
    {
        await using var turn = Command(connection, $"SELECT FROM webhooks.cursors WHERE name = '{Front}' FOR UPDATE");
        await turn.ExecuteNonQueryAsync(cancellationToken);
        await using var add = Command(
            connection,
            $"""
            WITH added AS (
                INSERT INTO webhooks.cursors (name, position)
                SELECT name, position FROM unnest($1) AS name, (SELECT position FROM webhooks.cursors WHERE name = '{Front}') AS front
                WHERE NOT EXISTS (SELECT FROM webhooks.cursors AS known WHERE known.name = name.name)
                RETURNING name, position)
            SELECT name, position FROM added
            UNION ALL
            SELECT name, position FROM webhooks.cursors WHERE name = '{Front}' OR name = ANY($1)
            """);
        add.Parameters.AddWithValue(destinations.Select(destination => NameOf(destination.Name)).ToArray());
        await using var reader = await add.ExecuteReaderAsync(cancellationToken);
        var positions = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            positions.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return positions;
    }

    /// <summary>Moves cursors forward, never back.</summary>
    public static async Task MoveAsync(
        NpgsqlConnection connection, IEnumerable<string> names, long position, CancellationToken cancellationToken)
    {
        await using var move = Command(connection, "UPDATE webhooks.cursors SET position = $2 WHERE name = ANY($1) AND position < $2");
        move.Parameters.AddWithValue(names.ToArray());
        move.Parameters.AddWithValue(position);
        await move.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The cursor of a destination.</summary>
    public static string NameOf(string destination) => $"{Front}:{destination}";

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = TimeoutSeconds };
}
