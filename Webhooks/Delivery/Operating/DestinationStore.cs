using Npgsql;
using ProdReady.Webhooks.Audit;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>When a destination last took an event, and last failed to.</summary>
internal sealed record DestinationUse(string Name, DateTimeOffset? DeliveredAt, DateTimeOffset? FailedAt, string? Failure);

/// <summary>How many deliveries of a destination wait and were given up.</summary>
internal readonly record struct DestinationCounts(long Pending, long Dead);

/// <summary>Owns the tables <c>webhooks.disabled_destinations</c> and <c>webhooks.destination_uses</c>.</summary>
internal sealed class DestinationStore(NpgsqlDataSource database, AuditLog audit)
{
    private const int TimeoutSeconds = 10;

    /// <summary>Those that are off, and why.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListDisabledAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT name, reason FROM webhooks.disabled_destinations");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var disabled = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            disabled[reader.GetString(0)] = reader.GetString(1);
        }

        return disabled;
    }

    /// <summary>Switches off, and notes who did it if somebody did.</summary>
    public Task DisableAsync(string name, string reason, string? actor, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        "INSERT INTO webhooks.disabled_destinations (name, disabled_at, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        "destination.disable", name, reason, actor, now, cancellationToken);

    /// <summary>Switches on, and notes who did it.</summary>
    public Task EnableAsync(string name, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        "DELETE FROM webhooks.disabled_destinations WHERE name = $1", "destination.enable", name, reason, actor, now, cancellationToken);

    /// <summary>Counts by destination.</summary>
    public async Task<IReadOnlyDictionary<string, DestinationCounts>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT destination, count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'dead')
            FROM (
                SELECT destination, state FROM webhooks.deliveries WHERE state = 'pending'
                UNION ALL SELECT destination, state FROM webhooks.deliveries WHERE state = 'dead') AS undelivered
            GROUP BY destination
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, DestinationCounts>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = new(reader.GetInt64(1), reader.GetInt64(2));
        }

        return counts;
    }

    public async Task<IReadOnlyDictionary<string, DestinationUse>> ListUsesAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT name, delivered_at, failed_at, failure FROM webhooks.destination_uses");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var uses = new Dictionary<string, DestinationUse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            uses[reader.GetString(0)] = new(
                reader.GetString(0),
                reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetString(3));
        }

        return uses;
    }

    /// <summary>Keeps the later times. Sorted, so that two processes never wait for each other in a circle.</summary>
    public async Task SaveUsesAsync(IReadOnlyList<DestinationUse> uses, CancellationToken cancellationToken)
    {
        var sorted = uses.OrderBy(use => use.Name, StringComparer.Ordinal).ToList();
        await using var command = Command(
            """
            INSERT INTO webhooks.destination_uses AS known (name, delivered_at, failed_at, failure)
            SELECT * FROM unnest($1, $2, $3, $4)
            ON CONFLICT (name) DO UPDATE SET
                delivered_at = greatest(known.delivered_at, excluded.delivered_at),
                failure = CASE WHEN known.failed_at > excluded.failed_at OR excluded.failed_at IS NULL
                    THEN known.failure ELSE excluded.failure END,
                failed_at = greatest(known.failed_at, excluded.failed_at)
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. sorted.Select(use => use.Name)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?[]> { TypedValue = [.. sorted.Select(use => use.DeliveredAt)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?[]> { TypedValue = [.. sorted.Select(use => use.FailedAt)] });
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. sorted.Select(use => use.Failure)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ChangeAsync(
        string sql, string action, string name, string reason, string? actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds })
        {
            command.Parameters.AddWithValue(name);
            if (sql.StartsWith("INSERT", StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(now);
                command.Parameters.AddWithValue(reason);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (actor is not null)
        {
            await audit.AddAsync(connection, new(actor, action, name, reason, 0), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        return command;
    }
}
