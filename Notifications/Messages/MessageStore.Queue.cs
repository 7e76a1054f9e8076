using NpgsqlTypes;

namespace ProdReady.Notifications.Messages;

/// <summary>
/// A message that this process must send now. The attempt's number proves later that the claim still holds; when its lease
/// ends, others take its sender for dead.
/// </summary>
internal sealed record ClaimedMessage(
    Guid Id,
    string To,
    string Body,
    int Attempt,
    DateTimeOffset CreatedAt,
    DateTimeOffset LeaseUntil,
    string CorrelationId,
    string? TraceParent);

/// <summary>The messages as a queue.</summary>
internal sealed partial class MessageStore
{
    /// <summary>
    /// Takes up to <paramref name="limit"/> messages that are due, oldest first, and commits them as <c>sending</c>: what
    /// happens to this process from here on, nobody sends them again.
    /// </summary>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var leaseUntil = now + lease;
        await using var command = database.CreateCommand(
            """
            WITH due AS (
                SELECT id FROM notifications.messages
                WHERE status = 'accepted' AND next_attempt_at <= @now
                ORDER BY next_attempt_at LIMIT @limit
                FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE notifications.messages AS m
                SET status = 'sending', attempts = attempts + 1, lease_until = @lease, updated_at = @now
                FROM due WHERE m.id = due.id
                RETURNING m.id, recipient, body, attempts, created_at, correlation_id, traceparent),
            logged AS (
                INSERT INTO notifications.message_events (message_id, status, at) SELECT id, 'sending', @now FROM claimed)
            SELECT * FROM claimed
            """);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.AddWithValue("lease", leaseUntil);
        var messages = new List<ClaimedMessage>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                leaseUntil,
                reader.GetString(5),
                TextOrNull(reader, 6)));
        }

        return messages;
    }

    /// <summary>
    /// Commits what came of a claimed message. Also where its lease has expired meanwhile and it counts as unknown: what
    /// really happened is better than that.
    /// </summary>
    /// <returns>Whether the claim still held.</returns>
    public async Task<bool> RecordAsync(
        ClaimedMessage message, SendOutcome outcome, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH recorded AS (
                UPDATE notifications.messages
                SET status = @status, provider_sid = @sid, error_code = @code, error = @error, lease_until = NULL,
                    next_attempt_at = coalesce(@next, next_attempt_at), updated_at = @now
                WHERE id = @id AND attempts = @attempt AND status IN ('sending', 'unknown')
                RETURNING id)
            INSERT INTO notifications.message_events (message_id, status, error_code, detail, at)
            SELECT id, @status, @code, @error, @now FROM recorded
            """);
        command.Parameters.AddWithValue("id", message.Id);
        command.Parameters.AddWithValue("attempt", message.Attempt);
        command.Parameters.AddWithValue("status", outcome.Status);
        command.Parameters.Add(Text("sid", outcome.ProviderSid));
        command.Parameters.Add(new("code", NpgsqlDbType.Integer) { Value = (object?)outcome.ErrorCode ?? DBNull.Value });
        command.Parameters.Add(Text("error", outcome.Error));
        command.Parameters.Add(new("next", NpgsqlDbType.TimestampTz) { Value = (object?)outcome.NextAttemptAt ?? DBNull.Value });
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Messages whose sender died during the call become <c>unknown</c>.</summary>
    /// <returns>Their ids.</returns>
    public async Task<IReadOnlyList<Guid>> ExpireLeasesAsync(string reason, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH expired AS (
                UPDATE notifications.messages
                SET status = 'unknown', error = @reason, error_code = NULL, lease_until = NULL, updated_at = @now
                WHERE status = 'sending' AND lease_until < @now
                RETURNING id)
            INSERT INTO notifications.message_events (message_id, status, detail, at)
            SELECT id, 'unknown', @reason, @now FROM expired
            RETURNING message_id
            """);
        command.Parameters.AddWithValue("reason", reason);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
