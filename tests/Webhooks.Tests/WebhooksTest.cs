using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests;

/// <summary>A test class with a database and a running service of its own.</summary>
public abstract class WebhooksTest(DataStores stores, params (string Key, string Value)[] settings) : IAsyncLifetime
{
    private protected TestDatabase Database { get; private set; } = null!;

    private protected WebhooksApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await stores.CreateDatabaseAsync();
        App = new WebhooksApp(Database.ConnectionString, settings);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new event's JSON, with the white space that a re-serialisation would lose.</summary>
    private protected static string NewEvent(string? id = null, string type = "invoice.paid") =>
        $$"""
        { "id" : "{{id ?? $"evt_{Guid.NewGuid():N}"}}",
          "type":"{{type}}",   "data": { "object": { "amount": 1.10, "name": "Žofie" } } }

        """;

    private protected async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private protected Task<long> CountAsync() => ScalarAsync<long>("SELECT count(*) FROM webhooks.events");

    private protected static async Task<JsonElement> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private protected static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var problem = await JsonAsync(response, expected);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return problem;
    }
}
