using System.Text.Json;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>What the database driver logs, which knows nothing of secrets.</summary>
public sealed class DriverLogTests(DataStores stores)
{
    private const string Secret = "s3cr3tValue98765";

    [Fact]
    public async Task Statements_and_failures_show_no_secret_even_if_all_is_logged()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var service = await LoggedService.StartAsync(
            app => app.MapGet("/", RunAsync),
            add: builder => builder.AddPostgres(),
            settings:
            [
                ("ConnectionStrings:prodready", $"{database.ConnectionString};Include Error Detail=true"),
                ("Logging:LogLevel:Npgsql", "Trace"),
            ]);

        using var response = await service.SendAsync(HttpMethod.Get, "/", "the-request");

        // The driver did speak, about these very statements
        var line = await service.Log.LineAsync(line => IsOf(line, "PASSWORD '***'"));
        Assert.Equal("the-request", line.GetProperty("correlationId").GetString());
        await service.Log.LineAsync(line => IsOf(line, "/?token=***"));
        await service.DisposeAsync();
        Assert.DoesNotContain(Secret, service.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("8031234", service.Log.Text, StringComparison.Ordinal);
    }

    /// <summary>A statement that sets a password, and one that fails, with URLs and a number in it.</summary>
    private static async Task RunAsync(NpgsqlDataSource database, ILogger<DriverLogTests> logger)
    {
        await using var change = database.CreateCommand($"CREATE ROLE prodready_tests NOLOGIN PASSWORD '{Secret}'; DROP ROLE prodready_tests");
        await change.ExecuteNonQueryAsync();
        await using var wrong = database.CreateCommand(
            $"SELECT 'postgres://app:{Secret}@db/prodready', 'https://api/?token={Secret}', '+2348031234567', no_such_column");
        await Assert.ThrowsAsync<PostgresException>(wrong.ExecuteNonQueryAsync);
    }

    private static bool IsOf(JsonElement line, string text) =>
        line.GetProperty("category").GetString() == "Npgsql.Command"
        && line.GetProperty("message").GetString()!.Contains(text, StringComparison.Ordinal);
}
