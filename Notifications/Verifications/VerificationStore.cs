using Npgsql;
using NpgsqlTypes;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Verifications;

/// <summary>The table of verifications.</summary>
internal sealed partial class VerificationStore(NpgsqlDataSource database)
{
    /// <summary>Seconds: those who ask wait no longer than that for a database that hangs.</summary>
    private const int Timeout = 5;

    /// <summary>Seconds that asking a provider for a code takes at most, with what there is to cancel before.</summary>
    private const int LongestSend = 60;

    private const string Columns =
        """
        id, recipient, country, purpose, locale, client_ip, code_length, code_hash, code_key, sealed_code, sealed_key, attempts,
        max_attempts, provider, provider_id, created_at, expires_at, resend_at, used_at, superseded_at, unsent
        """;

    /// <summary>A verification, whatever its state.</summary>
    public async Task<Verification?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM notifications.verifications WHERE id = $1");
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The same in a transaction.</summary>
    public static async Task<Verification?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM notifications.verifications WHERE id = $1", connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(id);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The verification that an idempotency key brought, and whether for the same content.</summary>
    /// <param name="connection">In a transaction that has the key to itself.</param>
    /// <param name="key">The key and what it stands for.</param>
    /// <param name="since">Keys from before are forgotten.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<(Verification Verification, bool IsSame)?> FindByKeyAsync(
        NpgsqlConnection connection, Idempotency key, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var forget = new NpgsqlCommand(
            "UPDATE notifications.verifications SET idempotency_key = NULL WHERE idempotency_key = $1 AND created_at <= $2 AND idempotency_caller IN ($3, '')",
            connection)
        {
            Parameters = { new() { Value = key.Key }, new() { Value = since }, new() { Value = key.Caller } },
        };
        forget.CommandTimeout = Timeout;
        await forget.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {Columns}, content_hash = $2 FROM notifications.verifications WHERE idempotency_key = $1 AND idempotency_caller IN ($3, '')
            ORDER BY idempotency_caller DESC LIMIT 1
            """,
            connection)
        {
            Parameters = { new() { Value = key.Key }, new() { Value = key.ContentHash }, new() { Value = key.Caller } },
        };
        command.CommandTimeout = Timeout;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (Map(reader), reader.GetBoolean(reader.FieldCount - 1)) : null;
    }

    /// <summary>Adds a verification.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, Verification verification, Idempotency? key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO notifications.verifications ({Columns}, idempotency_key, content_hash, idempotency_caller)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, NULL, $14, $15, $16, NULL, NULL, $17, $18, $19, $20)
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(verification.Id);
        command.Parameters.AddWithValue(verification.To);
        command.Parameters.AddWithValue(verification.Country);
        command.Parameters.AddWithValue(verification.Purpose);
        command.Parameters.Add(Text(verification.Locale));
        command.Parameters.Add(Text(verification.ClientIp));
        command.Parameters.AddWithValue((short)verification.CodeLength);
        AddCode(command, verification);
        command.Parameters.AddWithValue((short)verification.MaxAttempts);
        command.Parameters.AddWithValue(verification.Provider);
        command.Parameters.AddWithValue(verification.CreatedAt);
        command.Parameters.AddWithValue(verification.ExpiresAt);
        command.Parameters.AddWithValue(verification.ResendAt);
        command.Parameters.AddWithValue(verification.IsUnsent);
        command.Parameters.Add(Text(key?.Key));
        command.Parameters.Add(Bytes(key?.ContentHash));
        command.Parameters.AddWithValue(key?.Caller ?? "");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Replaces what a resend changes, be it who checks the code; attempts stay, so that resends are no way to more of them.</summary>
    /// <returns>Whether it could still be changed.</returns>
    public static async Task<bool> RenewAsync(
        NpgsqlConnection connection, Verification verification, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE notifications.verifications
            SET code_hash = $2, code_key = $3, sealed_code = $4, sealed_key = $5, expires_at = $6, resend_at = $7, provider = $9
            WHERE id = $1 AND used_at IS NULL AND superseded_at IS NULL AND attempts < max_attempts AND expires_at > $8
            """,
            connection);
        command.CommandTimeout = Timeout;
        command.Parameters.AddWithValue(verification.Id);
        AddCode(command, verification);
        command.Parameters.AddWithValue(verification.ExpiresAt);
        command.Parameters.AddWithValue(verification.ResendAt);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(verification.Provider);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static void AddCode(NpgsqlCommand command, Verification verification)
    {
        command.Parameters.Add(Bytes(verification.CodeHash?.Bytes));
        command.Parameters.Add(Text(verification.CodeHash?.KeyId));
        command.Parameters.Add(Bytes(verification.SealedCode?.Bytes.ToArray()));
        command.Parameters.Add(Text(verification.SealedCode?.KeyId));
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Bytes(byte[]? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
