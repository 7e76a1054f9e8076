using Npgsql;

namespace ProdReady.Testing;

/// <summary>A database that is dropped with the test class that asked for it.</summary>
public sealed class TestDatabase(string name, string connectionString, string server) : IAsyncDisposable
{
    /// <summary>Its name on the server.</summary>
    public string Name { get; } = name;

    /// <summary>For Npgsql, as superuser.</summary>
    public string ConnectionString { get; } = connectionString;

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS \"{Name}\" WITH (FORCE)");
    }

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
