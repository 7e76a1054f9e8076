using Npgsql;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>A database with the gateway's table of keys, and keys in it.</summary>
internal sealed class KeyDatabase(TestDatabase database) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(database.ConnectionString);

    public string ConnectionString => database.ConnectionString;

    public static async Task<KeyDatabase> CreateAsync(DataStores stores)
    {
        var database = new KeyDatabase(await stores.CreateDatabaseAsync());
        await database.CreateTableAsync();
        return database;
    }

    /// <summary>As the gateway does when it starts.</summary>
    public async Task CreateTableAsync() => await ExecuteAsync(
        "CREATE SCHEMA gateway; "
        + await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "Gateway", "Migrations", "0001_api_keys.sql"), Cancellation));

    /// <summary>Adds a key that is revoked already: no look at the store can come in between.</summary>
    public async Task<IssuedApiKey> AddRevokedAsync(string[] scopes)
    {
        var key = IssuedApiKey.Create("test");
        await ExecuteAsync(
            """
            INSERT INTO gateway.api_keys
                (id, prefix, key_hash, name, scopes, created_at, created_by, version, revoked_at, revoked_by)
            VALUES ($1, $2, $3, 'a test''s', $4, now(), 'admin', 0, now(), 'admin')
            """,
            key.Id, key.Prefix, key.Hash, scopes);
        return key;
    }

    /// <summary>Adds a key.</summary>
    public async Task<IssuedApiKey> AddAsync(
        string[] scopes, DateTimeOffset? notBefore = null, DateTimeOffset? expiresAt = null, string? plan = null)
    {
        var key = IssuedApiKey.Create("test");
        await AddAsync(key, scopes, notBefore, expiresAt, plan);
        return key;
    }

    public Task AddAsync(
        IssuedApiKey key,
        string[] scopes,
        DateTimeOffset? notBefore = null,
        DateTimeOffset? expiresAt = null,
        string? plan = null) => ExecuteAsync(
        """
        INSERT INTO gateway.api_keys
            (id, prefix, key_hash, name, scopes, plan, not_before, expires_at, created_at, created_by, version)
        VALUES ($1, $2, $3, 'a test''s', $4, $5, $6, $7, now(), 'admin', 0)
        """,
        key.Id, key.Prefix, key.Hash, scopes, plan, notBefore, expiresAt);

    public Task RevokeAsync(IssuedApiKey key) =>
        ExecuteAsync("UPDATE gateway.api_keys SET revoked_at = now(), revoked_by = 'admin' WHERE id = $1", key.Id);

    public async Task ExecuteAsync(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<T?> ReadAsync<T>(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(Cancellation) is T value ? value : default;
    }

    /// <summary>Throws everybody else out; they may come back.</summary>
    public Task DisconnectOthersAsync() => ExecuteAsync(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await database.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }
}
