using Npgsql;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>Owns <c>gateway.api_keys</c>. Every service reads it; what changes here, reaches them by its version.</summary>
internal sealed class KeyStore(NpgsqlDataSource database)
{
    /// <summary>How long a caller waits for a database that does not answer, in seconds.</summary>
    private const int CallerPatience = 5;

    private const string Columns =
        """
        id, number, prefix, name, scopes, plan, limit_requests, limit_window_seconds, not_before, expires_at, revoked_at,
        revoked_by, last_used_at, replaced_by, created_at, created_by
        """;

    /// <summary>Adds a key.</summary>
    public async Task<StoredKey> AddAsync(StoredKey key, byte[] hash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await InsertAsync(connection, key, hash, cancellationToken);
    }

    /// <summary>Finds a key.</summary>
    public async Task<StoredKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, "", cancellationToken);
    }

    /// <summary>Keys older than the one of a number, the youngest first.</summary>
    public async Task<List<StoredKey>> ListAsync(long before, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(
            connection,
            $"SELECT {Columns} FROM gateway.api_keys WHERE number < $1 ORDER BY number DESC LIMIT $2",
            Value(before),
            Value(count));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<StoredKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(Read(reader));
        }

        return keys;
    }

    /// <summary>Ends a key now, if it has not been ended before.</summary>
    public async Task<StoredKey?> RevokeAsync(string id, string by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var command = Command(
            connection,
            "UPDATE gateway.api_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL",
            Value(id),
            Value(now),
            Value(by)))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await FindAsync(connection, id, "", cancellationToken);
    }

    /// <summary>Adds a key in the place of another one, which ends later.</summary>
    /// <param name="id">The old key.</param>
    /// <param name="make">
    /// Makes the new key and its hash from the old one as it is now; <see langword="null"/> if that must not be replaced.
    /// </param>
    /// <param name="oldEnd">When the old key ends, unless it does before.</param>
    /// <param name="cancellationToken">Ends it without a change.</param>
    /// <returns>The new key, or <see langword="null"/> if nothing was changed.</returns>
    public async Task<StoredKey?> ReplaceAsync(
        string id,
        Func<StoredKey, (StoredKey Key, byte[] Hash)?> make,
        DateTimeOffset oldEnd,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The row before the number of the change, as an update by itself does it: the other way round, the two could deadlock
        var old = await FindAsync(connection, id, "FOR UPDATE", cancellationToken);
        if (old is null || make(old) is not { } replacement)
        {
            return null;
        }

        var added = await InsertAsync(connection, replacement.Key, replacement.Hash, cancellationToken);
        await using (var command = Command(
            connection,
            "UPDATE gateway.api_keys SET replaced_by = $2, expires_at = least(expires_at, $3) WHERE id = $1",
            Value(id),
            Value(added.Id),
            Value(oldEnd)))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return added;
    }

    private static async Task<StoredKey> InsertAsync(
        NpgsqlConnection connection, StoredKey key, byte[] hash, CancellationToken cancellationToken)
    {
        // The trigger sets the version
        await using var command = Command(
            connection,
            $"""
            INSERT INTO gateway.api_keys (id, prefix, key_hash, name, scopes, plan, limit_requests, limit_window_seconds,
                not_before, expires_at, created_at, created_by, version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)
            RETURNING {Columns}
            """,
            Value(key.Id),
            Value(key.Prefix),
            Value(hash),
            Value(key.Name),
            Value(key.Scopes),
            Value(key.Plan),
            Value(key.Limit?.Requests),
            Value((int?)key.Limit?.Window.TotalSeconds),
            Value(key.NotBefore),
            Value(key.ExpiresAt),
            Value(key.CreatedAt),
            Value(key.CreatedBy));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Read(reader);
    }

    private static async Task<StoredKey?> FindAsync(
        NpgsqlConnection connection, string id, string locking, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection, $"SELECT {Columns} FROM gateway.api_keys WHERE id = $1 {locking}", Value(id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params NpgsqlParameter[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = CallerPatience };
        command.Parameters.AddRange(values);
        return command;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static StoredKey Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        Number = reader.GetInt64(1),
        Prefix = reader.GetString(2),
        Name = reader.GetString(3),
        Scopes = reader.GetFieldValue<string[]>(4),
        Plan = Text(reader, 5),
        Limit = reader.IsDBNull(6) ? null : new(reader.GetInt32(6), TimeSpan.FromSeconds(reader.GetInt32(7))),
        NotBefore = Time(reader, 8),
        ExpiresAt = Time(reader, 9),
        RevokedAt = Time(reader, 10),
        RevokedBy = Text(reader, 11),
        LastUsedAt = Time(reader, 12),
        ReplacedBy = Text(reader, 13),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(14),
        CreatedBy = reader.GetString(15),
    };

    private static string? Text(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
}
