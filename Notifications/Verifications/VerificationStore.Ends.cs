using Npgsql;

namespace ProdReady.Notifications.Verifications;

/// <content>Attempts, and the ends of verifications.</content>
internal sealed partial class VerificationStore
{
    private const int Chunk = 5_000;

    /// <summary>Seconds: after hours without one there is much to erase, and nobody waits for it.</summary>
    private const int PurgeTimeout = 60;

    private const string NoCode = "code_hash = NULL, code_key = NULL, sealed_code = NULL, sealed_key = NULL";

    /// <summary>An end before anything that is looked for: see <see cref="FindReplacedAsync"/>.</summary>
    private const string Never = "created_at - interval '1 minute'";

    /// <summary>Commits that a code is tried, before anybody looks at it: else those who try many at a time would have more attempts.</summary>
    /// <returns>The verification; <see langword="null"/> if no code can be tried.</returns>
    public async Task<Verification?> CountAttemptAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE notifications.verifications SET attempts = attempts + 1
            WHERE id = $1 AND used_at IS NULL AND superseded_at IS NULL AND attempts < max_attempts AND expires_at > $2
            RETURNING {Columns}
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(now);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// Uses a verification up, if nobody was faster and its code is still the one that was compared. Its time was not over when the
    /// attempt was counted, and that is what counts: another check may have heard since that the provider has ended it, by this approval.
    /// </summary>
    /// <returns>Whether it is approved by this.</returns>
    public async Task<bool> UseAsync(Verification verification, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            WITH used AS (
                UPDATE notifications.verifications SET used_at = $2, {NoCode}
                WHERE id = $1 AND used_at IS NULL AND superseded_at IS NULL AND code_hash IS NOT DISTINCT FROM $3
                RETURNING id),
            conversion AS (
                UPDATE notifications.verification_sends SET approved = true
                WHERE verification_id IN (SELECT id FROM used))
            SELECT count(*) FROM used
            """);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(verification.Id);
        command.Parameters.AddWithValue(now);
        command.Parameters.Add(Bytes(verification.CodeHash?.Bytes));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! == 1;
    }

    /// <summary>Ends the verifications of a number that are still open.</summary>
    /// <param name="connection">In a transaction that has the number to itself.</param>
    /// <param name="number">The number.</param>
    /// <param name="purpose">Only those of this purpose; <see langword="null"/> for all.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task SupersedeAsync(
        NpgsqlConnection connection, string number, string? purpose, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE notifications.verifications SET superseded_at = $3, {NoCode}
            WHERE recipient = $1 AND purpose = coalesce($2, purpose) AND used_at IS NULL AND superseded_at IS NULL AND expires_at > $3
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(number);
        command.Parameters.Add(Text(purpose));
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a verification whose code was not sent, and frees its idempotency key: it must not be answered as a success.</summary>
    /// <param name="id">The verification.</param>
    /// <param name="now">When.</param>
    /// <param name="mayBeOpen">Whether the provider may have it open; else its time is over, so that nobody looks for it there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task GiveUpAsync(Guid id, DateTimeOffset now, bool mayBeOpen, CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        UPDATE notifications.verifications
        SET superseded_at = coalesce(superseded_at, $2), idempotency_key = NULL, content_hash = NULL,
            expires_at = CASE WHEN $3 OR provider_id IS NOT NULL THEN expires_at ELSE {Never} END, {NoCode}
        WHERE id = $1 AND used_at IS NULL
        """,
        Timeout,
        cancellationToken,
        new NpgsqlParameter { Value = id },
        new NpgsqlParameter { Value = now },
        new NpgsqlParameter { Value = mayBeOpen });

    /// <summary>Notes that the provider was not asked for it, and will not be: nobody needs to look for it there.</summary>
    public Task NeverOpenAsync(Guid id, CancellationToken cancellationToken) => ExecuteAsync(
        $"UPDATE notifications.verifications SET expires_at = {Never} WHERE id = $1 AND provider_id IS NULL",
        Timeout,
        cancellationToken,
        new NpgsqlParameter { Value = id });

    /// <summary>Notes the provider's id of a verification.</summary>
    public Task SetProviderIdAsync(Guid id, string? providerId, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE notifications.verifications SET provider_id = $2 WHERE id = $1", Timeout, cancellationToken, new() { Value = id }, Text(providerId));

    /// <summary>Notes that the provider takes no more codes for it.</summary>
    public Task LockAsync(Guid id, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE notifications.verifications SET attempts = max_attempts WHERE id = $1", Timeout, cancellationToken, new NpgsqlParameter { Value = id });

    /// <summary>Notes that its time is over earlier than was promised.</summary>
    public Task ExpireAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE notifications.verifications SET expires_at = least(expires_at, $2) WHERE id = $1 AND used_at IS NULL",
        Timeout,
        cancellationToken,
        new NpgsqlParameter { Value = id },
        new NpgsqlParameter { Value = now });

    /// <summary>Erases codes whose time is over, and deletes verifications from before <paramref name="before"/>.</summary>
    public async Task PurgeAsync(DateTimeOffset now, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            $"UPDATE notifications.verifications SET {NoCode} WHERE code_hash IS NOT NULL AND expires_at <= $1",
            PurgeTimeout,
            cancellationToken,
            new NpgsqlParameter { Value = now });
        while (await ExecuteAsync(
            $"""
            DELETE FROM notifications.verifications
            WHERE id IN (SELECT id FROM notifications.verifications WHERE created_at < $1 LIMIT {Chunk})
            """,
            PurgeTimeout,
            cancellationToken,
            new NpgsqlParameter { Value = before }) == Chunk)
        {
        }
    }

    private async Task<int> ExecuteAsync(string sql, int timeout, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = timeout;
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
