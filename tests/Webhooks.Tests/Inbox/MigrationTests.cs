using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Inbox;

/// <summary>What the version before had taken in is still there.</summary>
public sealed class MigrationTests(DataStores stores)
{
    private const string First = "Webhooks.Migrations.0001_events.sql";

    [Fact]
    public async Task Events_of_the_version_before_are_found_and_known_when_they_come_again()
    {
        await using var database = await stores.CreateDatabaseAsync();
        const string Body = """{"id":"evt_old","type":"invoice.paid"}""";
        await ExecuteAsync(
            database,
            $"""
            CREATE SCHEMA webhooks;
            {await ScriptAsync()};
            CREATE TABLE webhooks.schema_versions (
                schemaversionsid serial PRIMARY KEY, scriptname varchar(255) NOT NULL, applied timestamp NOT NULL);
            INSERT INTO webhooks.schema_versions (scriptname, applied) VALUES ('{Name()}', now());
            INSERT INTO webhooks.events (
                id, source, event_id, event_type, body, body_sha256, headers, received_at, duplicates, conflicts)
            VALUES (
                '{Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-9))}', 'stripe', 'evt_old', 'invoice.paid',
                '{Body}', sha256('{Body}'), '{"{}"}', now() - interval '9 days', 2, 1)
            """);

        await using var app = new WebhooksApp(database.ConnectionString);

        var again = JsonDocument.Parse(
            await (await app.PostAsync(Body)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.True(again.GetProperty("duplicate").GetBoolean());
        var response = await app.GetAsync("/webhooks/events?eventId=evt_old");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var found = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("events")[0];
        Assert.Equal(
            ("stripe", "invoice.paid", 3, 1, Body.Length),
            (found.GetProperty("source").GetString(), found.GetProperty("type").GetString(), found.GetProperty("duplicates").GetInt32(),
                found.GetProperty("conflicts").GetInt32(), found.GetProperty("size").GetInt32()));
    }

    private static string Name() =>
        Assert.Single(typeof(WebhooksMetrics).Assembly.GetManifestResourceNames(), name => name.EndsWith(First, StringComparison.Ordinal));

    private static async Task<string> ScriptAsync()
    {
        using var reader = new StreamReader(typeof(WebhooksMetrics).Assembly.GetManifestResourceStream(Name())!);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
