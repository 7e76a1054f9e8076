using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests;

/// <summary>A test class with a database, a Twilio and a running service of its own.</summary>
public abstract class NotificationsTest(DataStores stores, params (string Key, string? Value)[] settings) : IAsyncLifetime
{
    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected TestDatabase Database { get; private set; } = null!;

    private protected TwilioFake Twilio { get; private set; } = null!;

    private protected NotificationsApp App { get; private set; } = null!;

    private protected HttpClient Caller { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await stores.CreateDatabaseAsync();
        Twilio = await TwilioFake.StartAsync();
        App = NotificationsApp.Create(Database, Twilio.BaseUrl, settings: settings);
        Caller = App.CreateCaller();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Twilio.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>As the gateway does when it starts, and waits until the service, which has looked for it in vain, has read it.</summary>
    private protected async Task AddKeyTableAsync()
    {
        await Database.AddKeyTableAsync();
        await Eventually.ReadAsync(() => App.Services.GetRequiredService<ApiKeyRing>().RefreshAsync(Token), isRead => isRead);
    }

    private protected static string?[] Timeline(JsonElement message) =>
        [.. message.GetProperty("events").EnumerateArray().Select(state => state.GetProperty("status").GetString())];

    private protected async Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await Caller.SendAsync(request, Token);
        return await JsonAsync(response, expected);
    }

    private protected async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await Caller.GetAsync(path, Token);
        return await JsonAsync(response, expected);
    }

    private protected static async Task<JsonElement> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private protected Task<JsonElement> WaitForAsync(Guid id, string status) => NotificationsApp.WaitForAsync(Caller, id, status);

    private protected async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token) is T value ? value : default;
    }
}
