using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>A test class about codes: a database, a clock that stands still, and a service whose messages go into its log.</summary>
public abstract partial class VerificationTest(DataStores stores) : IAsyncLifetime
{
    protected const string Root = "/notifications/verifications";
    protected const string Number = NotificationsApp.Number;
    protected const string OtherNumber = "+2348131234567";

    protected static readonly (string, string?) Keys = ("Verifications:Keys", Key("k1", 1));

    private readonly List<IAsyncDisposable> _running = [];

    private protected TestDatabase Database { get; private set; } = null!;

    private protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Database = await stores.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static string Key(string id, byte value) => $"{id}:{Convert.ToBase64String(Enumerable.Repeat(value, 32).ToArray())}";

    /// <summary>A service, and a client of it that may do everything.</summary>
    private protected (NotificationsApp App, HttpClient Caller) Start(params (string Key, string? Value)[] settings)
    {
        var app = Track(NotificationsApp.Create(Database, Time, [Keys, ("Sms:Provider", "Log"), .. settings]));
        return (app, app.CreateCaller());
    }

    private protected T Track<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }

    private protected static async Task<(HttpResponseMessage Response, JsonElement Answer)> PostAsync(HttpClient caller, string path, object? body)
    {
        var response = await caller.PostAsJsonAsync(path, body, Cancellation);
        return (response, await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }

    /// <summary>Starts a verification that is not refused.</summary>
    private protected static async Task<Guid> BeginAsync(HttpClient caller, string to = Number, string purpose = "login", string? clientIp = null)
    {
        var (response, answer) = await PostAsync(caller, Root, new { to, purpose, clientIp });
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, answer.ToString());
        return answer.GetProperty("id").GetGuid();
    }

    /// <summary>Starts one that is refused, and returns the problem.</summary>
    private protected static async Task<(string? Reason, TimeSpan? RetryAfter)> RefusedAsync(
        HttpClient caller, string to = Number, string purpose = "login", string? clientIp = null)
    {
        var (response, answer) = await PostAsync(caller, Root, new { to, purpose, clientIp });
        Assert.True(response.StatusCode == HttpStatusCode.TooManyRequests, answer.ToString());
        return (answer.GetProperty("reason").GetString(), response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Checks a code.</summary>
    private protected static async Task<(string? Result, int AttemptsLeft)> CheckAsync(
        HttpClient caller, Guid id, string code, string? purpose = null, string? to = null)
    {
        var (response, answer) = await PostAsync(caller, $"{Root}/{id}/check", new { code, purpose, to });
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer.ToString());
        return (answer.GetProperty("result").GetString(), answer.GetProperty("attemptsLeft").GetInt32());
    }

    private protected static async Task<JsonElement> GetAsync(HttpClient caller, string path) =>
        await caller.GetFromJsonAsync<JsonElement>(path, Cancellation);

    private protected static async Task<string?> StatusAsync(HttpClient caller, Guid id) =>
        (await GetAsync(caller, $"{Root}/{id}")).GetProperty("status").GetString();

    /// <summary>The texts of all messages with codes to a number, the last one first.</summary>
    private protected async Task<IReadOnlyList<string>> TextsAsync(NotificationsApp app, string to = Number)
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = source.CreateCommand(
            "SELECT id, sealed_body, body_key FROM notifications.messages WHERE recipient = $1 AND kind = 'code' ORDER BY created_at DESC, id DESC");
        command.Parameters.AddWithValue(to);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var cipher = app.Services.GetRequiredService<MessageCipher>();
        var texts = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            texts.Add(cipher.Open(reader.GetGuid(0), new SealedBytes(reader.GetFieldValue<byte[]>(1), reader.GetString(2))));
        }

        return texts;
    }

    /// <summary>The code of the last message to a number.</summary>
    private protected async Task<string> CodeAsync(NotificationsApp app, string to = Number) =>
        Digits().Match((await TextsAsync(app, to))[0]).Value;

    /// <summary>A code that is not <paramref name="code"/>.</summary>
    private protected static string Wrong(string code) => $"{(code[0] - '0' + 1) % 10}{code[1..]}";

    private protected async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private protected async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    [GeneratedRegex("[0-9]{6,8}")]
    private static partial Regex Digits();
}
