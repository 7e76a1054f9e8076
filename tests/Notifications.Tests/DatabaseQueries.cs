using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests;

internal static class DatabaseQueries
{
    /// <summary>Throws everybody out of the database and lets nobody in, or lets them in again.</summary>
    public static async Task AllowConnectionsAsync(this TestDatabase database, bool allowed)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            ALTER DATABASE "{database.Name}" ALLOW_CONNECTIONS {allowed};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.Name}' AND NOT {allowed};
            """,
            connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How many messages are in a state.</summary>
    public static async Task<long> CountAsync(this TestDatabase database, string status)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM notifications.messages WHERE status = $1", connection);
        command.Parameters.AddWithValue(status);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
