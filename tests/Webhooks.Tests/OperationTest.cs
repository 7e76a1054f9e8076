using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;
using ProdReady.Webhooks.Tests.Delivery;

namespace ProdReady.Webhooks.Tests;

/// <summary>A test class about what an operator does: with the admin's key, or with one of a few scopes.</summary>
public abstract class OperationTest(DataStores stores) : DeliveryTest(stores)
{
    /// <summary>A service that delivers nowhere.</summary>
    private protected WebhooksApp StartAlone(params (string Key, string Value)[] settings) =>
        Track(new WebhooksApp(Database.ConnectionString, settings));

    private protected static async Task<JsonElement> GetAsync(WebhooksApp app, string path) =>
        await JsonAsync(await app.GetAsync(path), HttpStatusCode.OK);

    private protected static async Task<JsonElement> PostAsync(
        WebhooksApp app, string path, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        await JsonAsync(await SendAsync(app, path, body), expected);

    private protected static async Task<HttpStatusCode> StatusAsync(WebhooksApp app, HttpMethod method, string path, string? key, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using var response = await app.Client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    /// <summary>Sends any request to a source.</summary>
    private protected static async Task<HttpResponseMessage> DeliverAsync(
        WebhooksApp app, string source, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{source}")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Client.SendAsync(request, Cancellation);
    }

    /// <summary>Adds API keys of these scopes, one for each; before the service starts.</summary>
    private protected async Task<IReadOnlyList<string>> AddKeysAsync(params string[] scopes)
    {
        await ExecuteAsync("CREATE SCHEMA gateway; "
            + await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "Gateway", "Migrations", "0001_api_keys.sql"), Cancellation));
        var keys = new List<string>();
        foreach (var scope in scopes)
        {
            var key = IssuedApiKey.Create("test");
            await ExecuteAsync(
                """
                INSERT INTO gateway.api_keys (id, prefix, key_hash, name, scopes, created_at, created_by, version)
                VALUES ($1, $2, $3, 'a test''s', $4, now(), 'admin', 0)
                """,
                key.Id, key.Prefix, key.Hash, new[] { scope });
            keys.Add(key.Text);
        }

        return keys;
    }

    private protected async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The audit, oldest first, as <c>actor action subject reason events</c>.</summary>
    private protected Task<string> AuditAsync() =>
        TextAsync("SELECT coalesce(string_agg(concat_ws(' ', actor, action, subject, reason, events), ', ' ORDER BY id), '') FROM webhooks.audit");
}
