using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// Reads <c>gateway.api_keys</c>, which the gateway owns, and notes there when a key was last used. On connections of its own, at
/// most two a process: a service that has used up its pool must not forget who may call it.
/// </summary>
internal sealed class ApiKeyStore : IDisposable
{
    /// <summary>How long connecting, or a statement, may take, in seconds.</summary>
    private const int Patience = 2;

    private readonly NpgsqlDataSource? _database;
    private bool _exists;

    public ApiKeyStore(IConfiguration configuration, IHostEnvironment environment)
    {
        if (!ConnectionUrl.TryParsePostgres(configuration.GetConnectionString("prodready"), out var connectionString, out _))
        {
            // A service without Postgres has the admin key only; a malformed value stops the start elsewhere
            return;
        }

        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = $"{environment.ApplicationName} API keys",
            MinPoolSize = 0,
            MaxPoolSize = 2,
            Timeout = Patience,
            CommandTimeout = Patience,
            // A frozen server would not confirm it either
            CancellationTimeout = -1,
        };
        _database = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "api-keys" }.Build();
    }

    /// <summary>Whether there is a store to ask.</summary>
    public bool IsConfigured => _database is not null;

    /// <summary>Reads the keys that have changed since a version; all of those that can still matter since version 0.</summary>
    /// <returns><see langword="null"/> if the gateway has not created the table yet.</returns>
    public async Task<ApiKeyChanges?> ReadChangesAsync(long since)
    {
        var database = _database ?? throw new InvalidOperationException("No connection string 'prodready' is configured.");
        await using var connection = await database.OpenConnectionAsync();
        // Asked first, because a query of a table that is not there is an error in the server's log each time
        if (!_exists && !await ExistsAsync(connection))
        {
            return null;
        }

        _exists = true;
        // One statement, so that the number and the keys are of one moment
        await using var command = new NpgsqlCommand(
            """
            SELECT state.version, state.cleared, key.id, key.key_hash, key.name, key.scopes, key.plan, key.limit_requests,
                key.limit_window_seconds, key.not_before, key.expires_at, key.revoked_at
            FROM gateway.api_key_state AS state
            LEFT JOIN gateway.api_keys AS key ON key.version > $1 AND ($1 > 0 OR (
                coalesce(key.revoked_at, 'infinity') > now() - interval '30 days'
                AND coalesce(key.expires_at, 'infinity') > now() - interval '30 days'))
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since });
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            return await ReadAsync(reader);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            _exists = false;
            return null;
        }
    }

    /// <summary>Notes when keys were last used, to the minute or so.</summary>
    public async Task WriteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> uses, CancellationToken cancellationToken)
    {
        if (_database is null || !_exists)
        {
            return;
        }

        // SKIP LOCKED: the next minute brings another chance, and nodes that write the same keys in another order cannot deadlock
        await using var command = _database.CreateCommand(
            """
            WITH used AS (
                SELECT key.id, given.at
                FROM unnest($1::text[], $2::timestamptz[]) AS given (id, at)
                JOIN gateway.api_keys AS key ON key.id = given.id
                WHERE coalesce(key.last_used_at, '-infinity') <= given.at - interval '1 minute'
                FOR UPDATE OF key SKIP LOCKED)
            UPDATE gateway.api_keys AS key SET last_used_at = used.at FROM used WHERE key.id = used.id
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. uses.Keys] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. uses.Values] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public void Dispose() => _database?.Dispose();

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('gateway.api_key_state') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task<ApiKeyChanges?> ReadAsync(NpgsqlDataReader reader)
    {
        ApiKeyChanges? changes = null;
        while (await reader.ReadAsync())
        {
            changes ??= new(reader.GetInt64(0), reader.GetInt64(1), []);
            if (!reader.IsDBNull(2))
            {
                changes.Keys.Add(ReadKey(reader));
            }
        }

        return changes;
    }

    private static ApiKey ReadKey(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(2),
        Hash = reader.GetFieldValue<byte[]>(3),
        Name = reader.GetString(4),
        Scopes = reader.GetFieldValue<string[]>(5),
        Plan = reader.IsDBNull(6) ? null : reader.GetString(6),
        Limit = reader.IsDBNull(7) ? null : new(reader.GetInt32(7), TimeSpan.FromSeconds(reader.GetInt32(8))),
        NotBefore = Time(reader, 9),
        ExpiresAt = Time(reader, 10),
        RevokedAt = Time(reader, 11),
    };

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
}

/// <summary>What has changed.</summary>
/// <param name="Version">The number of the last change; changes are numbered in the order of their commits.</param>
/// <param name="Cleared">The number of the last change that cannot be told key by key, such as a deletion.</param>
/// <param name="Keys">The changed keys, as they are now.</param>
internal sealed record ApiKeyChanges(long Version, long Cleared, List<ApiKey> Keys);
