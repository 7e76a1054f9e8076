using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Inbox;

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

    [Fact]
    public async Task Refused_requests_of_the_version_before_are_known_by_their_bytes()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using (new WebhooksApp(database.ConnectionString))
        {
        }

        var hash = SHA256.HashData("{}"u8);
        await ExecuteAsync(
            database,
            $"""
            ALTER TABLE webhooks.quarantine DROP COLUMN key, ADD UNIQUE (source, body_sha256);
            DELETE FROM webhooks.schema_versions WHERE scriptname LIKE '%0003_quarantine_keys%';
            INSERT INTO webhooks.quarantine (id, source, received_at, last_at, reason, url, body, body_size, body_sha256, headers)
            VALUES (gen_random_uuid(), 'stripe', now(), now(), 'mismatch', '', '{"{}"}', 2, '\x{Convert.ToHexString(hash)}', '{"{}"}')
            """);

        await using var app = new WebhooksApp(database.ConnectionString);
        using var refused = await app.PostUnsignedAsync("{}");

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("SELECT string_agg(key || ' ' || times, ', ') FROM webhooks.quarantine");
        var kept = await Eventually.ReadAsync(
            async () => (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!,
            found => !found.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Equal($"{EventKey.OfBody("stripe", hash)} 2", kept);
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
