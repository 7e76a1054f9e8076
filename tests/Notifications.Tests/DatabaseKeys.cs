using Npgsql;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests;

internal static class DatabaseKeys
{
    /// <summary>The gateway's table of API keys, which is another service's.</summary>
    public static async Task AddKeyTableAsync(this TestDatabase database) => await ExecuteAsync(
        database,
        "CREATE SCHEMA gateway; " + await File.ReadAllTextAsync(
            Path.Combine(Checkout.Directory, "Gateway", "Migrations", "0001_api_keys.sql"), TestContext.Current.CancellationToken));

    /// <summary>Adds an API key.</summary>
    public static async Task<IssuedApiKey> AddKeyAsync(this TestDatabase database, string scope, string name = "a test's")
    {
        var key = IssuedApiKey.Create("test");
        await ExecuteAsync(
            database,
            """
            INSERT INTO gateway.api_keys (id, prefix, key_hash, name, scopes, created_at, created_by, version)
            VALUES ($1, $2, $3, $4, $5, now(), 'admin', 0)
            """,
            key.Id, key.Prefix, key.Hash, name, new[] { scope });
        return key;
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
