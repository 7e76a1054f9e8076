using Npgsql;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Search;

/// <summary>Owns the table <c>webhooks.payloads</c>, and the cursor of what is in it.</summary>
internal sealed class PayloadStore(NpgsqlDataSource database, EventReader events)
{
    private const int TimeoutSeconds = 30;

    /// <summary>Adds what follows the cursor, and moves it. Replicas take turns at the cursor's row.</summary>
    /// <param name="limit">How many events at most.</param>
    /// <param name="json">An event's JSON, or <see langword="null"/> if it has none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many events the cursor has passed.</returns>
    public async Task<int> AddNextAsync(int limit, Func<EventContent, string?> json, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand(
            "SELECT position FROM webhooks.cursors WHERE name = 'search' FOR UPDATE", connection)
        { CommandTimeout = TimeoutSeconds };
        var position = (long)(await turn.ExecuteScalarAsync(cancellationToken))!;
        var next = await events.AfterAsync(position, limit, cancellationToken);
        if (next.Count == 0)
        {
            return 0;
        }

        var payloads = next.Select(content => (content.Position, content.ReceivedAt, Json: json(content)))
            .Where(payload => payload.Json is not null).ToList();
        await using var add = new NpgsqlCommand(
            """
            WITH new AS MATERIALIZED (
                SELECT position, received_at, webhooks.to_jsonb_or_null(payload) AS payload
                FROM unnest($1, $2, $3) AS input (position, received_at, payload)),
            moved AS (UPDATE webhooks.cursors SET position = $4 WHERE name = 'search')
            INSERT INTO webhooks.payloads SELECT * FROM new WHERE payload IS NOT NULL ON CONFLICT DO NOTHING
            """,
            connection)
        {
            CommandTimeout = TimeoutSeconds,
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = [.. payloads.Select(payload => payload.Position)] },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. payloads.Select(payload => payload.ReceivedAt)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. payloads.Select(payload => Storable(payload.Json!))] },
                new NpgsqlParameter<long> { TypedValue = next[^1].Position },
            },
        };
        await add.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return next.Count;
    }

    /// <summary>A text parameter with a zero in it would fail the whole statement; such a body is no JSON anyway.</summary>
    private static string Storable(string json) => json.Contains('\0', StringComparison.Ordinal) ? "" : json;
}
