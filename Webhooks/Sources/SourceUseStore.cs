using Npgsql;

namespace ProdReady.Webhooks.Sources;

/// <summary>When a secret was last the right one, or a source last had an event or a failure.</summary>
internal sealed record StoredUse(string Source, string SecretId, DateTimeOffset? LastAt, DateTimeOffset? FailedAt, string? Failure);

/// <summary>Owns the table <c>webhooks.source_uses</c>: a row for each source, with an empty secret id, and for each secret.</summary>
internal sealed class SourceUseStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 10;

    /// <summary>Keeps the later times. Sorted, so that two processes never wait for each other in a circle.</summary>
    public async Task SaveAsync(IReadOnlyList<SourceUse> changes, CancellationToken cancellationToken)
    {
        var rows = changes
            .SelectMany(change => change.Secrets
                .Select(secret => new StoredUse(change.Source, secret.SecretId, secret.At, null, null))
                .Prepend(new(change.Source, "", change.LastEventAt, change.LastFailureAt, change.LastFailure)))
            .OrderBy(row => row.Source, StringComparer.Ordinal).ThenBy(row => row.SecretId, StringComparer.Ordinal)
            .ToList();
        await using var command = database.CreateCommand(
            """
            INSERT INTO webhooks.source_uses AS known (source, secret_id, last_at, failed_at, failure)
            SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (source, secret_id) DO UPDATE SET
                last_at = greatest(known.last_at, excluded.last_at),
                failure = CASE WHEN known.failed_at > excluded.failed_at OR excluded.failed_at IS NULL
                    THEN known.failure ELSE excluded.failure END,
                failed_at = greatest(known.failed_at, excluded.failed_at)
            """);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.Source)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.SecretId)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?[]> { TypedValue = [.. rows.Select(row => row.LastAt)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?[]> { TypedValue = [.. rows.Select(row => row.FailedAt)] });
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. rows.Select(row => row.Failure)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>All that is known.</summary>
    public async Task<IReadOnlyList<StoredUse>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT source, secret_id, last_at, failed_at, failure FROM webhooks.source_uses");
        command.CommandTimeout = TimeoutSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var uses = new List<StoredUse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            uses.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetString(4)));
        }

        return uses;
    }
}
