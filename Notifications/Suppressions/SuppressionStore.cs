using Npgsql;

namespace ProdReady.Notifications.Suppressions;

/// <summary>Owns <c>notifications.suppressions</c>: who wants no messages from whom.</summary>
internal sealed class SuppressionStore(NpgsqlDataSource database)
{
    /// <summary>In place of a sender: all of them.</summary>
    public const string EverySender = "*";

    /// <summary>The reason of one who wrote STOP.</summary>
    public const string Stopped = "stop";

    /// <summary>The reason where a provider said so.</summary>
    public const string Provider = "provider";

    private const int Timeout = 5;

    /// <summary>Whether the recipient, or a provider, can take a suppression back: not what an operator decided.</summary>
    public static bool IsReserved(string reason) => reason.Trim() is var word
        && (word.Equals(Stopped, StringComparison.OrdinalIgnoreCase) || word.Equals(Provider, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Suppresses a number for a sender; again if that was lifted. What an operator decides takes the place of what the recipient or a
    /// provider said: else START would lift that, too.
    /// </summary>
    public async Task AddAsync(string number, string sender, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AddAsync(connection, number, sender, reason, cancellationToken);
    }

    /// <summary>The same in the transaction that <paramref name="connection"/> is in.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, string number, string sender, string reason, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.suppressions AS known (number, sender, reason, created_at) VALUES ($1, $2, $3, statement_timestamp())
            ON CONFLICT (number, sender) DO UPDATE
            SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = NULL
            WHERE known.lifted_at IS NOT NULL OR (known.reason IN ($4, $5) AND excluded.reason NOT IN ($4, $5))
            """,
            connection)
        {
            CommandTimeout = Timeout,
            Parameters =
            {
                new() { Value = number }, new() { Value = sender }, new() { Value = reason }, new() { Value = Stopped },
                new() { Value = Provider },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lifts a suppression by hand.</summary>
    /// <returns><see langword="false"/> if there was none.</returns>
    public async Task<bool> LiftAsync(string number, string sender, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await LiftAsync(connection, number, sender, byRecipient: false, cancellationToken);
    }

    /// <summary>Lifts a suppression in the transaction that <paramref name="connection"/> is in.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="number">The number.</param>
    /// <param name="sender">The sender.</param>
    /// <param name="byRecipient">
    /// Whether the recipient asks for it, who can take back what the recipient or a provider said, and not what an operator
    /// decided.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns><see langword="false"/> if there was none.</returns>
    public static async Task<bool> LiftAsync(
        NpgsqlConnection connection, string number, string sender, bool byRecipient, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE notifications.suppressions SET lifted_at = statement_timestamp()
            WHERE number = $1 AND sender = $2 AND lifted_at IS NULL AND (NOT $3 OR reason IN ($4, $5))
            """,
            connection)
        {
            CommandTimeout = Timeout,
            Parameters =
            {
                new() { Value = number }, new() { Value = sender }, new() { Value = byRecipient }, new() { Value = Stopped },
                new() { Value = Provider },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Lists suppressions by number and sender: those that hold, or of one number also those that were lifted.</summary>
    /// <param name="number">Whose; <see langword="null"/> for all that hold.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Suppression>> ListAsync(
        string? number, (string Number, string Sender)? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT number, sender, reason, created_at, lifted_at FROM notifications.suppressions
            WHERE (($1::text IS NULL AND lifted_at IS NULL) OR number = $1)
                AND ($2::text IS NULL OR (number, sender) > ($2, $3))
            ORDER BY number, sender LIMIT $4
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue((object?)number ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)after?.Number ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)after?.Sender ?? DBNull.Value);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var suppressions = new List<Suppression>();
        while (await reader.ReadAsync(cancellationToken))
        {
            suppressions.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return suppressions;
    }
}
