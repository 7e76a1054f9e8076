using Npgsql;

namespace ProdReady.Webhooks.Audit;

/// <summary>Who did what by hand, and why. Owns the table <c>webhooks.audit</c>.</summary>
internal sealed class AuditLog(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What a reason may hold, as a regular expression: Postgres has no text with a NUL in it.</summary>
    public const string Text = @"[^\0]*";

    /// <summary>What is wrong with another one.</summary>
    public const string NoText = "It holds a NUL character.";

    private const int TimeoutSeconds = 10;

    /// <summary>Notes something in a transaction of its own.</summary>
    public async Task AddAsync(AuditNote note, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AddAsync(connection, note, cancellationToken);
    }

    /// <summary>Notes something in the transaction that <paramref name="connection"/> is in.</summary>
    public async Task AddAsync(NpgsqlConnection connection, AuditNote note, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO webhooks.audit (at, actor, action, subject, reason, events) VALUES ($1, $2, $3, $4, $5, $6)", connection)
        {
            CommandTimeout = TimeoutSeconds,
            Parameters =
            {
                new() { Value = time.GetUtcNow() },
                new() { Value = note.Actor },
                new() { Value = note.Action },
                new() { Value = note.Subject },
                new() { Value = note.Reason },
                new() { Value = note.Events },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The newest notes first.</summary>
    public async Task<IReadOnlyList<AuditAnswer>> ListAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, at, actor, action, subject, reason, events FROM webhooks.audit
            WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
            """);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = before });
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var notes = new List<AuditAnswer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            notes.Add(new(
                reader.GetInt64(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetString(5),
                reader.GetInt64(6)));
        }

        return notes;
    }
}

/// <summary>Something that was done by hand.</summary>
/// <param name="Actor">The id of the API key, or <c>admin</c>.</param>
/// <param name="Action">What: <c>event.replay</c>.</param>
/// <param name="Subject">To what: an id, a name, or a filter.</param>
/// <param name="Reason">Why, in the actor's words.</param>
/// <param name="Events">How many events it was about.</param>
internal sealed record AuditNote(string Actor, string Action, string Subject, string Reason, long Events);

/// <summary>A note.</summary>
/// <param name="Id">Its number, which grows with time.</param>
/// <param name="At">When.</param>
/// <param name="Actor">The id of the API key, or <c>admin</c>.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">To what.</param>
/// <param name="Reason">Why.</param>
/// <param name="Events">How many events it was about.</param>
internal sealed record AuditAnswer(
    long Id, DateTimeOffset At, string Actor, string Action, string Subject, string Reason, long Events);
